//! Natives that traces know.
