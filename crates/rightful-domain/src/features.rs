//! The feature vector: the numbers a judgement rested on, kept with it.

/// Numbers in the order of one version of the engine's feature schema.
///
/// Kept with each assessment for audit, for training without skew and for fast backtests. What a slot means is the
/// engine's to say; a vector of a foreign schema must be refused, not guessed at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FeatureVector {
    /// Version of the engine's schema.
    pub schema: u16,
    /// One number a slot; NaN where the fact is missing.
    pub values: Vec<f32>,
}
