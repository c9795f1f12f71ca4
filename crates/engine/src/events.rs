//! Structured events, one function each, so that their names and fields stand in one place. Without a subscriber each
//! costs one load and a branch.

use crate::chaos::Mishap;
use crate::tree::TreeState;
use uplift_record::{AbortReason, Location};
use uplift_uop::GuardId;

pub(crate) fn hot(at: Location) {
    tracing::debug!(target: "uplift::hot", code = at.code, pc = at.pc, "hot");
}
pub(crate) fn record_start(at: Location, name: &str) {
    tracing::debug!(target: "uplift::record", code = at.code, pc = at.pc, name, "record");
}
pub(crate) fn abort(name: &str, reason: AbortReason) {
    tracing::info!(target: "uplift::abort", name, reason = reason.text(), "abort");
}
pub(crate) fn failure(name: &str, message: &str) {
    tracing::warn!(target: "uplift::compile", name, message, "failed");
}
pub(crate) fn compile(name: &str, uops: usize, bytes: usize, micros: u128) {
    tracing::info!(target: "uplift::compile", name, uops, bytes, micros, "compile");
}
#[inline]
pub(crate) fn enter(tree: &TreeState) {
    tracing::trace!(target: "uplift::enter", tree = tree.id, "enter");
}
#[inline]
pub(crate) fn exit(tree: &TreeState, guard: GuardId, count: u32) {
    tracing::trace!(target: "uplift::exit", tree = tree.id, guard = guard.number, count, "exit");
}
pub(crate) fn side_trace(name: &str, guard: GuardId) {
    tracing::info!(target: "uplift::side", name, guard = guard.number, "side trace");
}
pub(crate) fn invalidate(name: &str, assumption: u64) {
    tracing::info!(target: "uplift::invalidate", name, assumption, "invalidate");
}
pub(crate) fn evict(name: &str, bytes: usize) {
    tracing::info!(target: "uplift::evict", name, bytes, "evict");
}
pub(crate) fn chaos(number: u64, mishap: Mishap) {
    tracing::info!(target: "uplift::chaos", number, ?mishap, "chaos");
}
pub(crate) fn chaos_exit(guard: GuardId) {
    tracing::info!(target: "uplift::chaos", guard = guard.number, phase = ?guard.phase, "left early");
}
