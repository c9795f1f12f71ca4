//! Regions and the free list of each: first fit, neighbours merged.

use super::region::{Region, page_size};
use super::{MemoryStats, cache};
use crate::error::MemoryError;
use std::io;

/// Blocks start and end at multiples of this.
const GRANULE: usize = 64;
/// Size of a region, unless one tree needs more.
const REGION: usize = 1 << 20;

/// Memory of one tree.
#[derive(Debug)]
pub(super) struct Block {
    /// Where it is written.
    pub write: usize,
    /// Where it is executed.
    pub exec: usize,
    /// Bytes, a multiple of the granule.
    len: usize,
}

struct Chunk {
    region: Region,
    /// Free ranges (offset, length), ascending, never adjacent.
    free: Vec<(usize, usize)>,
}

/// All regions.
pub(super) struct Pool {
    chunks: Vec<Chunk>,
    stats: MemoryStats,
    /// Mapping memory fails.
    refused: bool,
}

fn round_up(n: usize, to: usize) -> usize {
    n.div_ceil(to) * to
}

impl Pool {
    pub fn new(cap: usize, dual: bool) -> Pool {
        let stats = MemoryStats { cap, dual, ..MemoryStats::default() };
        Pool { chunks: Vec::new(), stats, refused: false }
    }

    /// A pool that gets no memory.
    pub fn refused() -> Pool {
        Pool { refused: true, ..Pool::new(usize::MAX, true) }
    }

    pub fn stats(&self) -> MemoryStats {
        self.stats
    }

    /// Bytes to which sizes are rounded: pages, if protection is by page.
    fn granule(&self) -> usize {
        if self.stats.dual { GRANULE } else { page_size() }
    }

    pub fn allocate(&mut self, size: usize, align: usize) -> Result<Block, MemoryError> {
        let len = round_up(size.max(1), self.granule());
        if align > self.granule() {
            return Err(MemoryError::Module(format!("alignment {align}")));
        }
        let MemoryStats { used, cap, .. } = self.stats;
        if used.checked_add(len).is_none_or(|after| after > cap) {
            return Err(MemoryError::CapReached { needed: len, used, cap });
        }
        let (chunk, offset) = match self.take(len) {
            Some(place) => place,
            None => {
                self.grow(len)?;
                self.take(len).ok_or_else(|| MemoryError::Module("region too small".into()))?
            }
        };
        let region = &mut self.chunks[chunk].region;
        if !self.stats.dual {
            region.protect(offset, len, false).map_err(MemoryError::System)?;
        }
        self.stats.used += len;
        self.stats.blobs += 1;
        Ok(Block { write: region.write() + offset, exec: region.exec() + offset, len })
    }

    /// Takes `len` bytes from a free range: (chunk, offset).
    fn take(&mut self, len: usize) -> Option<(usize, usize)> {
        for (c, chunk) in self.chunks.iter_mut().enumerate() {
            let Some(i) = chunk.free.iter().position(|range| range.1 >= len) else { continue };
            let (offset, available) = chunk.free[i];
            if available == len {
                chunk.free.remove(i);
            } else {
                chunk.free[i] = (offset + len, available - len);
            }
            return Some((c, offset));
        }
        None
    }

    fn grow(&mut self, len: usize) -> Result<(), MemoryError> {
        let wanted = round_up(len.max(REGION.min(self.stats.cap)), page_size().max(65536));
        let region = if self.refused {
            Err(io::ErrorKind::OutOfMemory.into())
        } else {
            Region::new(wanted, self.stats.dual)
        };
        let region = region.map_err(MemoryError::System)?;
        self.stats.mapped += region.len();
        let free = vec![(0, region.len())];
        self.chunks.push(Chunk { region, free });
        Ok(())
    }

    /// Makes a written block executable.
    pub fn publish(&mut self, block: &Block) -> io::Result<()> {
        let Some((chunk, offset)) = self.find(block) else { return Ok(()) };
        let region = &mut self.chunks[chunk].region;
        if !self.stats.dual {
            region.protect(offset, block.len, true)?;
        }
        // SAFETY: the addresses are those of the block, in both mappings.
        unsafe { cache::publish(block.write, block.exec, block.len) }
    }

    /// Fills a block with traps and gives it back. A region that is empty is unmapped, unless it is
    /// the last.
    pub fn free(&mut self, block: Block) {
        let Some((c, offset)) = self.find(&block) else { return };
        let chunk = &mut self.chunks[c];
        let writable = self.stats.dual || chunk.region.protect(offset, block.len, false).is_ok();
        if writable {
            fill_with_traps(block.write, block.len);
        }
        if !self.stats.dual {
            // Best effort: memory that is free and not executable does no harm.
            let _ = chunk.region.protect(offset, block.len, true);
        }
        let i = chunk.free.partition_point(|range| range.0 < offset);
        chunk.free.insert(i, (offset, block.len));
        merge_with_next(&mut chunk.free, i);
        if i > 0 {
            merge_with_next(&mut chunk.free, i - 1);
        }
        self.stats.used -= block.len;
        self.stats.blobs -= 1;
        if chunk.free == [(0, chunk.region.len())] && self.chunks.len() > 1 {
            let chunk = self.chunks.swap_remove(c);
            self.stats.mapped -= chunk.region.len();
        }
    }

    fn find(&self, block: &Block) -> Option<(usize, usize)> {
        self.chunks.iter().enumerate().find_map(|(c, chunk)| {
            let offset = block.write.checked_sub(chunk.region.write())?;
            (offset < chunk.region.len()).then_some((c, offset))
        })
    }
}

fn merge_with_next(free: &mut Vec<(usize, usize)>, i: usize) {
    if let Some(&(next, len)) = free.get(i + 1)
        && free[i].0 + free[i].1 == next
    {
        free[i].1 += len;
        free.remove(i + 1);
    }
}

/// `int3` on x86-64, `udf #0` on aarch64.
fn fill_with_traps(address: usize, len: usize) {
    let byte = if cfg!(target_arch = "x86_64") { 0xCC } else { 0 };
    // SAFETY: a writable block of this length that nobody else uses.
    unsafe { std::ptr::write_bytes(address as *mut u8, byte, len) };
}
