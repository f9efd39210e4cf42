//! Judgement: features → detectors → policy → assessment. Pure, synchronous, total.
