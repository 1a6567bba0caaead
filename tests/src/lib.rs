//! Whole-system benchmarks (`benches/`) and browser tests (`browser/`). Nothing here is used by the product.
