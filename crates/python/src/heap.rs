//! The heap: non-moving size-class cells, mark and lazy sweep.
//!
//! Small objects come from 64 KiB blocks of equal cells, threaded on a free list per size class
//! (16-byte steps up to 512 bytes); larger ones from the global allocator. Allocation never
//! collects: it only raises `gc_wanted`, which the interpreter polls at safepoints. Marking uses
//! an explicit stack. Blocks are swept when allocation next needs them, so a pause is the marking
//! alone; freeing a cell drops the Rust memory its object owns.
//!
//! SAFETY of the module: cells are handed out once until swept; a cell is swept only when its
//! object was not marked, and marking starts from every root (see `Vm::collect`).

use crate::objects::{F_LARGE, F_MARK, Gc, Header, Object, TypeTag};
use crate::word::Word;
use std::alloc::{Layout, alloc, dealloc};

/// Number of size classes; class `i` holds cells of `16 * i` bytes.
pub const SIZE_CLASSES: usize = 33;
const BLOCK_BYTES: usize = 64 << 10;
const MIN_THRESHOLD: usize = 8 << 20;
/// Bytes between two collections at the memory limit.
pub const LEAST_THRESHOLD: usize = 1 << 20;

/// A free cell: tag 0, then the next free cell.
#[repr(C)]
pub struct FreeCell {
    tag: u64,
    next: *mut FreeCell,
}

struct Block {
    start: *mut u8,
    cell: usize,
    cells: usize,
    swept: bool,
}

/// The object heap. The first fields have fixed offsets for compiled code.
#[repr(C)]
pub struct Heap {
    /// Head of the free list of each size class.
    pub free: [*mut FreeCell; SIZE_CLASSES],
    /// Non-zero when a collection is wanted at the next safepoint.
    pub gc_wanted: u64,
    /// Bytes given out since the last collection: refilled cells, large objects, external buffers.
    pub allocated: usize,
    /// `allocated` at which a collection is wanted.
    pub threshold: usize,
    /// Least threshold; small values make collections frequent, for tests.
    pub min_threshold: usize,
    /// Bytes that survived the last collection (estimate, external bytes included).
    pub live: usize,
    /// Number of collections so far.
    pub collections: u64,
    /// Bytes that may be used; beyond, the program gets a MemoryError.
    pub limit: usize,
    /// Bytes that were used when the program last got a MemoryError; 0 once less than the limit were.
    pub reported: usize,
    /// Dropping the heap frees nothing: the process ends.
    pub leak: bool,
    /// Called when `gc_wanted` rises (to set the engine's attention word).
    pub on_gc_wanted: Option<Box<dyn Fn()>>,
    blocks: Vec<Block>,
    /// Next block of each class that may need sweeping.
    sweep_at: Vec<Vec<usize>>,
    large: Vec<(*mut Header, usize)>,
}

impl Default for Heap {
    fn default() -> Heap {
        Heap {
            free: [std::ptr::null_mut(); SIZE_CLASSES],
            gc_wanted: 0,
            allocated: 0,
            threshold: MIN_THRESHOLD,
            min_threshold: MIN_THRESHOLD,
            live: 0,
            collections: 0,
            limit: usize::MAX,
            reported: 0,
            leak: false,
            on_gc_wanted: None,
            blocks: Vec::new(),
            sweep_at: (0..SIZE_CLASSES).map(|_| Vec::new()).collect(),
            large: Vec::new(),
        }
    }
}

thread_local! {
    /// Bytes of buffers grown since the heap last looked; see [`note_external`].
    static GROWN: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Accounts for a buffer that grew by `bytes` where no heap is at hand (a VM stays on its thread).
#[inline]
pub fn note_external(bytes: usize) {
    GROWN.with(|g| g.set(g.get() + bytes));
}

/// The size class of an object of `bytes` bytes, or `SIZE_CLASSES` when it is large.
#[inline(always)]
pub const fn size_class(bytes: usize) -> usize {
    let class = bytes.div_ceil(16);
    if class < SIZE_CLASSES { class } else { SIZE_CLASSES }
}

impl Heap {
    /// A cell of a size class; its contents are garbage, to be overwritten by an object.
    #[inline(always)]
    pub fn alloc_class(&mut self, class: usize) -> *mut u8 {
        let cell = self.free[class];
        if cell.is_null() {
            return self.refill(class);
        }
        // SAFETY: free cells link to free cells.
        self.free[class] = unsafe { (*cell).next };
        cell as *mut u8
    }

    /// Memory for an object of `bytes` bytes. Null only when a large allocation fails.
    #[inline(always)]
    pub fn alloc(&mut self, bytes: usize) -> *mut u8 {
        let class = size_class(bytes);
        if class < SIZE_CLASSES { self.alloc_class(class) } else { self.alloc_large(bytes) }
    }

    /// Moves `value` into a new cell.
    #[inline(always)]
    pub fn place<T: Object>(&mut self, value: T) -> Gc<T> {
        let p = self.alloc(size_of::<T>()) as *mut T;
        // SAFETY: a fresh cell large enough, 16-aligned.
        unsafe {
            p.write(value);
            Gc::from_ptr(p)
        }
    }

    /// Accounts for `bytes` that an object owns outside the heap.
    #[inline(always)]
    pub fn external(&mut self, bytes: usize) {
        self.allocated += bytes + GROWN.with(|g| g.replace(0));
        if self.allocated >= self.threshold {
            self.want_gc();
        }
    }

    /// Sets the bytes that may be used.
    pub fn set_limit(&mut self, bytes: usize) {
        self.limit = bytes;
        self.threshold = self.threshold.min((bytes / 2).max(LEAST_THRESHOLD));
    }

    /// Wants collections as often as that does not take quadratic time, for tests.
    pub fn collect_often(&mut self) {
        (self.min_threshold, self.threshold) = (4 * BLOCK_BYTES, 4 * BLOCK_BYTES);
    }

    /// Asks for a collection at the next safepoint.
    pub fn request_collection(&mut self) {
        self.want_gc();
    }

    /// Bytes that objects take: what survived the last collection, and all that was given out since.
    pub fn used(&self) -> usize {
        self.live + self.allocated + GROWN.with(|g| g.get())
    }

    #[cold]
    fn want_gc(&mut self) {
        // Beyond the limit, the next safepoint must know even where no collection can run.
        if self.gc_wanted == 0 || self.allocated > self.limit.saturating_sub(self.live) {
            self.gc_wanted = 1;
            if let Some(hook) = &self.on_gc_wanted {
                hook();
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn alloc_large(&mut self, bytes: usize) -> *mut u8 {
        let layout = Layout::from_size_align(bytes, 16);
        let Ok(layout) = layout else { return std::ptr::null_mut() };
        if !self.has_room(bytes) {
            return std::ptr::null_mut();
        }
        // SAFETY: the size is not zero.
        let p = unsafe { alloc(layout) };
        if p.is_null() {
            return p;
        }
        self.large.push((p as *mut Header, bytes));
        self.external(bytes);
        p
    }

    /// Sweeps blocks of the class until a cell is free, else makes a block.
    #[cold]
    #[inline(never)]
    fn refill(&mut self, class: usize) -> *mut u8 {
        while let Some(b) = self.sweep_at[class].pop() {
            let freed = self.sweep_block(b, class);
            if freed > 0 {
                self.external(freed * class * 16);
                return self.alloc_class(class);
            }
        }
        let cell = class * 16;
        let layout = Layout::from_size_align(BLOCK_BYTES, 4096).expect("constant layout");
        // SAFETY: constant non-zero layout.
        let start = unsafe { alloc(layout) };
        if start.is_null() {
            std::alloc::handle_alloc_error(layout);
        }
        let cells = BLOCK_BYTES / cell;
        self.blocks.push(Block { start, cell, cells, swept: true });
        let mut head = std::ptr::null_mut();
        for i in (0..cells).rev() {
            // SAFETY: cells tile the block.
            unsafe {
                let p = start.add(i * cell) as *mut FreeCell;
                p.write(FreeCell { tag: 0, next: head });
                head = p;
            }
        }
        self.free[class] = head;
        self.external(cells * cell);
        self.alloc_class(class)
    }

    /// Frees the unmarked cells of block `b` onto the free list; returns how many are free in it.
    fn sweep_block(&mut self, b: usize, class: usize) -> usize {
        let block = &mut self.blocks[b];
        if block.swept {
            return 0;
        }
        block.swept = true;
        let (start, cell, cells) = (block.start, block.cell, block.cells);
        let mut head = self.free[class];
        let mut freed = 0;
        for i in (0..cells).rev() {
            // SAFETY: cells tile the block; each is an object or a free cell (tag 0).
            unsafe {
                let p = start.add(i * cell) as *mut Header;
                if (*p).flags & F_MARK != 0 {
                    (*p).flags &= !F_MARK;
                    continue;
                }
                if (*p).tag != 0 {
                    crate::objects::trace::finalize(p);
                }
                let f = p as *mut FreeCell;
                f.write(FreeCell { tag: 0, next: head });
                head = f;
                freed += 1;
            }
        }
        self.free[class] = head;
        freed
    }

    /// Finishes every pending sweep (marks must be clear before the next marking).
    pub fn finish_sweep(&mut self) {
        for class in 0..SIZE_CLASSES {
            while let Some(b) = self.sweep_at[class].pop() {
                self.sweep_block(b, class);
            }
        }
    }

    /// Called after marking: queues blocks for sweeping and frees large objects.
    pub fn start_sweep(&mut self, live: usize) {
        self.free = [std::ptr::null_mut(); SIZE_CLASSES];
        for (i, block) in self.blocks.iter_mut().enumerate().rev() {
            block.swept = false;
            self.sweep_at[block.cell / 16].push(i);
        }
        self.large.retain(|&(p, bytes)| {
            // SAFETY: entries are live large objects.
            unsafe {
                if (*p).flags & F_MARK != 0 {
                    (*p).flags &= !F_MARK;
                    return true;
                }
                crate::objects::trace::finalize(p);
                dealloc(p as *mut u8, Layout::from_size_align_unchecked(bytes, 16));
                false
            }
        });
        self.live = live;
        self.allocated = 0;
        GROWN.with(|g| g.set(0));
        let usual = if self.min_threshold < MIN_THRESHOLD {
            self.min_threshold.max(live / 8)
        } else {
            live.max(MIN_THRESHOLD)
        };
        // Near the limit more often: what is garbage must not count.
        self.threshold = usual.min((self.limit.saturating_sub(live) / 2).max(LEAST_THRESHOLD));
        self.gc_wanted = 0;
        self.collections += 1;
    }

    /// Says which addresses are objects, for conservative roots.
    pub fn index(&self) -> HeapIndex {
        let mut spans: Vec<(u64, u64, u64)> = (self.blocks.iter())
            .map(|b| (b.start as u64, b.cell as u64, (b.cell * b.cells) as u64))
            .chain(self.large.iter().map(|&(p, bytes)| (p as u64, bytes as u64, bytes as u64)))
            .collect();
        spans.sort_unstable();
        HeapIndex { spans }
    }

    /// Flags of an object allocated with `bytes`.
    #[inline(always)]
    pub fn flags_for(bytes: usize) -> u32 {
        if size_class(bytes) < SIZE_CLASSES { 0 } else { F_LARGE }
    }
}

/// The address ranges of the heap: start, bytes of a cell, bytes of all.
pub struct HeapIndex {
    spans: Vec<(u64, u64, u64)>,
}

impl HeapIndex {
    /// Whether `address` is that of an object.
    pub fn contains(&self, address: u64) -> bool {
        self.object_at(address) == Some(address)
    }
    /// The object that an address, of itself or of a part, belongs to.
    pub fn object_at(&self, address: u64) -> Option<u64> {
        let after = self.spans.partition_point(|s| s.0 <= address);
        let &(start, cell, bytes) = self.spans[..after].last()?;
        let at = address - start;
        if at >= bytes {
            return None;
        }
        let object = address - at % cell;
        // SAFETY: that is the address of a cell, whose first word is a tag.
        let free = unsafe { (*(object as *const Header)).tag } == TypeTag::Free as u32;
        (!free).then_some(object)
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        if self.leak {
            return;
        }
        self.finish_sweep();
        // SAFETY: nothing refers to the objects any more.
        unsafe {
            for b in &self.blocks {
                for i in 0..b.cells {
                    let p = b.start.add(i * b.cell) as *mut Header;
                    if (*p).tag != 0 {
                        crate::objects::trace::finalize(p);
                    }
                }
                dealloc(b.start, Layout::from_size_align_unchecked(BLOCK_BYTES, 4096));
            }
            for &(p, bytes) in &self.large {
                crate::objects::trace::finalize(p);
                dealloc(p as *mut u8, Layout::from_size_align_unchecked(bytes, 16));
            }
        }
    }
}

/// The marking state: a stack of reached, not yet traced objects.
#[derive(Default)]
pub struct Marker {
    stack: Vec<*mut Header>,
    /// Bytes reached so far (cells and what they own).
    pub live: usize,
}

impl Marker {
    /// Marks the object a word refers to.
    #[inline(always)]
    pub fn word(&mut self, w: Word) {
        if w.is_ref() {
            self.ptr(w.0 as *mut Header);
        }
    }

    /// Marks an object.
    #[inline(always)]
    pub fn object<T>(&mut self, g: Gc<T>) {
        self.ptr(g.as_ptr() as *mut Header);
    }

    /// Marks each word.
    pub fn words(&mut self, ws: &[Word]) {
        for &w in ws {
            self.word(w);
        }
    }

    #[inline(always)]
    fn ptr(&mut self, p: *mut Header) {
        // SAFETY: the address of a live object.
        unsafe {
            if (*p).flags & F_MARK == 0 {
                debug_assert!((*p).tag != TypeTag::Free as u32);
                (*p).flags |= F_MARK;
                self.stack.push(p);
            }
        }
    }

    /// Traces until everything reachable is marked.
    pub fn drain(&mut self) {
        while let Some(p) = self.stack.pop() {
            // SAFETY: marked objects are live.
            unsafe { crate::objects::trace::trace(p, self) };
        }
    }
}
