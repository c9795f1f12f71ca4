//! Garbage collection: marking from the roots.
//!
//! A collection runs only when no native is on the stack that could hold words anywhere, so the roots are the value
//! stack, the VM's tables, what hooks add, and, if compiled code is on the native stack, what stands there: see
//! [`crate::vm::native_stack`].

use crate::heap::Marker;
use crate::vm::Vm;
use crate::word::Word;

impl Vm {
    /// Collects garbage. To be called at safepoints with `native_depth` 0 only. `compiled`: machine code is on the native
    /// stack.
    pub fn collect(&mut self, compiled: bool) {
        debug_assert!(self.native_depth == 0);
        self.heap.finish_sweep();
        let mut m = Marker::default();
        self.mark_roots(&mut m);
        if compiled {
            self.mark_native_stack(&mut m);
        }
        m.drain();
        self.mark_side_dicts(&mut m);
        for i in 0..self.weak_hooks.len() {
            let hook = self.weak_hooks[i];
            hook(self);
        }
        for e in self.lookups.iter_mut() {
            e.epoch = 0;
        }
        self.heap.start_sweep(m.live);
        self.clear_stack_above_top();
    }

    fn mark_roots(&mut self, m: &mut Marker) {
        // SAFETY: the stack is one allocation; `stack <= top`.
        let stack = unsafe {
            std::slice::from_raw_parts(self.stack, self.stack_top().offset_from(self.stack) as usize)
        };
        m.words(stack);
        m.word(self.pending);
        m.words(&self.handled);
        m.word(self.dict_getset);
        m.words(&self.immortal);
        m.words(&self.chars);
        m.word(self.empty_tuple);
        m.object(self.empty_str);
        m.object(self.builtins);
        m.object(self.modules);
        for &c in &self.classes {
            m.object(c);
        }
        for &s in &self.interned {
            m.object(s);
        }
        for i in 0..self.root_hooks.len() {
            let hook = self.root_hooks[i];
            hook(self, m);
        }
    }

    /// Side dicts live as long as their objects; marking one may reach further objects.
    fn mark_side_dicts(&mut self, m: &mut Marker) {
        let mut rest: Vec<(u64, Word)> = self.side_dicts.iter().map(|(&k, &v)| (k, v)).collect();
        loop {
            let before = rest.len();
            rest.retain(|&(object, dict)| {
                let live = self.is_marked(Word(object));
                if live {
                    m.word(dict);
                }
                !live
            });
            m.drain();
            if rest.len() == before {
                break;
            }
        }
        for (object, _) in rest {
            self.side_dicts.remove(&object);
        }
    }

    fn clear_stack_above_top(&mut self) {
        let top = self.stack_top();
        if self.high_water > top {
            // SAFETY: both lie in the stack's allocation.
            unsafe { std::ptr::write_bytes(top, 0, self.high_water.offset_from(top) as usize) };
        }
        self.high_water = top;
    }

    /// Whether a collection is wanted and may run now.
    #[inline(always)]
    pub fn should_collect(&self) -> bool {
        self.heap.gc_wanted != 0 && self.native_depth == 0
    }
}
