//! Random draws that are the same for ever for one seed.

use sha2::{Digest as _, Sha256};

/// A stream of random numbers from a seed and a label: SHA-256 in counter mode.
///
/// A stored seed must give the same form and the same task parameters in ten years. Libraries
/// for randomness change their sampling between versions, so this one is written down here:
///
/// - key = SHA-256(`"assay-draw-1"` 0x00 seed label)
/// - block n = SHA-256(key, n as 8 bytes big-endian), n from 0; each gives four numbers of
///   64 bits, big-endian
/// - below(n): numbers at or above the greatest multiple of n are thrown away, then modulo n
/// - shuffle: Fisher-Yates from the last place down, with below(place + 1)
///
/// Draws under different labels are independent, so that one more draw for one purpose does not
/// shift those for another.
#[derive(Debug, Clone)]
pub struct SeededDraw {
    key: [u8; 32],
    counter: u64,
    block: [u8; 32],
    used: usize,
}

impl SeededDraw {
    /// Starts the stream of a seed and a label.
    #[must_use]
    pub fn new(seed: &[u8; 32], label: &str) -> Self {
        let key = Sha256::new()
            .chain_update(b"assay-draw-1\0")
            .chain_update(seed)
            .chain_update(label.as_bytes())
            .finalize()
            .into();
        Self {
            key,
            counter: 0,
            block: [0; 32],
            used: 32,
        }
    }

    /// The next number of 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        if self.used == self.block.len() {
            self.block = Sha256::new()
                .chain_update(self.key)
                .chain_update(self.counter.to_be_bytes())
                .finalize()
                .into();
            self.counter += 1;
            self.used = 0;
        }
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.block[self.used..self.used + 8]);
        self.used += 8;
        u64::from_be_bytes(bytes)
    }

    /// A number from 0 up to but not including `bound`, each equally likely; 0 if `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound <= 1 {
            return 0;
        }
        // 2^64 mod bound numbers at the top would make the low remainders more likely.
        let excess = (u64::MAX % bound + 1) % bound;
        loop {
            let number = self.next_u64();
            if number <= u64::MAX - excess {
                return number % bound;
            }
        }
    }

    /// One of the elements, each equally likely; `None` if there is none.
    pub fn pick<'a, T>(&mut self, elements: &'a [T]) -> Option<&'a T> {
        elements.get(self.below_length(elements.len()))
    }

    /// Puts the elements in a random order, each order equally likely.
    pub fn shuffle<T>(&mut self, elements: &mut [T]) {
        for place in (1..elements.len()).rev() {
            let other = self.below_length(place + 1);
            elements.swap(place, other);
        }
    }

    fn below_length(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// If this fails, stored seeds no longer give the forms they gave: never change the numbers.
    #[test]
    fn the_stream_is_fixed_for_ever() {
        let mut draw = SeededDraw::new(&[7; 32], "test");
        let numbers: Vec<u64> = (0..6).map(|_| draw.below(1000)).collect();
        let mut order: Vec<u8> = (0..10).collect();
        draw.shuffle(&mut order);
        assert_eq!(numbers, [801, 976, 550, 42, 389, 205]);
        assert_eq!(order, [9, 6, 5, 3, 1, 8, 0, 4, 7, 2]);
    }

    #[test]
    fn streams_of_other_seeds_and_labels_differ() {
        let first = |seed: u8, label| SeededDraw::new(&[seed; 32], label).next_u64();
        assert_ne!(first(1, "a"), first(2, "a"));
        assert_ne!(first(1, "a"), first(1, "b"));
        assert_eq!(first(1, "a"), first(1, "a"));
    }

    #[test]
    fn below_reaches_every_number_about_equally_often() {
        let mut draw = SeededDraw::new(&[3; 32], "even");
        let mut counts = [0_u32; 7];
        for _ in 0..7000 {
            counts[usize::try_from(draw.below(7)).unwrap()] += 1;
        }
        assert!(
            counts.iter().all(|count| (850..1150).contains(count)),
            "{counts:?}"
        );
        assert_eq!(draw.below(0), 0);
        assert_eq!(draw.below(1), 0);
    }

    #[test]
    fn shuffle_keeps_the_elements() {
        let mut elements: Vec<u32> = (0..50).collect();
        SeededDraw::new(&[9; 32], "s").shuffle(&mut elements);
        assert_ne!(elements, (0..50).collect::<Vec<_>>());
        elements.sort_unstable();
        assert_eq!(elements, (0..50).collect::<Vec<_>>());
        assert_eq!(SeededDraw::new(&[9; 32], "p").pick::<u8>(&[]), None);
    }
}
