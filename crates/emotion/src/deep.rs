//! The deep tier: MiniLM-L6 with one linear layer for all labels, eight bits a weight, run by `rten`.
//!
//! text → [`clean`] the words that count → [`wordpiece`] tokens → the network → one number per token and label. A text's
//! score is the mean over its tokens, so each token's part in it is exact. To scores of emotions the fast tier's are
//! [`joined`]. From there it is [`crate::heads`], as for the fast tier.
//!
//! * **Same text, same reading** – nothing is padded and the scales of activations are fixed, so what else is read, and how
//!   many texts at a time, changes nothing: a test compares to the bit. Floats are summed in an order that depends
//!   on the processor's vector width, so another processor may differ in the last bits; readings are stored, and a
//!   replay does not compute them again.
//! * **Elsewhere** – the training: `train/`. Figures and limits: `docs/science/emotion.md`.
#![allow(clippy::float_arithmetic, reason = "a network's activations are floats")]

pub mod cascade;
pub mod clean;
pub mod file;
pub mod joined;
pub mod wordpiece;

use std::sync::{Arc, LazyLock};

use rten::{ModelOptions, NodeId, RunOptions, ThreadPool, op_registry};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use crate::fast::thousandths;
use crate::heads::calibration::FRACTION_BITS;
use crate::heads::{ANSWER, ASK, LABELS, Scores, VALENCE};
use crate::reader::Part;
use cascade::Judge;
use wordpiece::{Token, Vocabulary};

/// The network that ships with the program.
static NETWORK: &[u8] = include_bytes!("../model/deep.onnx");
/// How its scores become chances, and when it is asked.
pub const JUDGE: &[u8] = include_bytes!("../model/deep.judge");
/// The pieces of text that it knows.
pub(crate) const VOCABULARY: &str = include_str!("../model/vocabulary.txt");

/// The network, its vocabulary and its heads. Loading takes a tenth of a second and about 60 MB.
pub struct Model {
    network: rten::Model,
    input: NodeId,
    output: NodeId,
    vocabulary: Vocabulary,
    /// How scores become chances, and when the fast tier suffices.
    pub judge: Judge,
}

/// Memory and a worker that are reused from text to text.
#[derive(Debug, Default)]
pub struct Scratch {
    /// One thread, so that a text costs no more than its share of one core. Made at the first text.
    pool: Option<Arc<ThreadPool>>,
    tokens: Vec<Token>,
    /// Per token of the text read last, one number per label.
    parts: Vec<f32>,
    cleaned: String,
}

impl Model {
    /// The model that ships with the program, loaded at the first call.
    #[must_use]
    pub fn embedded() -> Arc<Model> {
        static MODEL: LazyLock<Arc<Model>> = LazyLock::new(|| {
            let judge = file::decode(JUDGE).expect("a test reads the embedded file");
            Arc::new(Model::load(NETWORK, judge).expect("a test loads the embedded network"))
        });
        Arc::clone(&MODEL)
    }

    /// A model of the network that ships with another judge, such as one being fitted.
    ///
    /// # Errors
    /// The network cannot be loaded.
    pub fn judged_by(judge: Judge) -> Result<Model, LoadError> {
        Model::load(NETWORK, judge)
    }

    fn load(network: &'static [u8], judge: Judge) -> Result<Model, LoadError> {
        let operators = op_registry!(
            Add,
            Cast,
            Concat,
            DequantizeLinear,
            Div,
            Erf,
            Gather,
            LayerNormalization,
            MatMul,
            MatMulInteger,
            Mul,
            QuantizeLinear,
            Range,
            Reshape,
            Shape,
            Softmax,
            Transpose,
            Unsqueeze
        );
        let mut options = ModelOptions::with_ops(operators);
        options.prepack_weights(true);
        let network = options.load_static_slice(network).map_err(|error| LoadError(error.to_string()))?;
        let (&[input], &[output]) = (network.input_ids(), network.output_ids()) else {
            return Err(LoadError("it has not one input and one output".to_owned()));
        };
        Ok(Model { input, output, network, vocabulary: Vocabulary::of(VOCABULARY), judge })
    }

    /// The scores of every label; nothing if no word is left of the text.
    pub fn scores(&self, text: &str, scratch: &mut Scratch) -> Option<Scores> {
        scratch.cleaned = clean::clean(text);
        scratch.tokens = self.vocabulary.tokens(&scratch.cleaned);
        if has_no_word(&scratch.tokens) {
            return None;
        }
        let pool = scratch.pool();
        scratch.parts = self.run(&[&scratch.tokens], pool);
        Some(scores(&scratch.parts))
    }

    /// The scores of several texts, in their order, those of like length together, which is half as fast again. To the
    /// bit what they are one by one.
    pub fn scores_of_all(&self, texts: &[&str], scratch: &mut Scratch) -> Vec<Option<Scores>> {
        let tokens: Vec<Vec<Token>> =
            texts.iter().map(|text| self.vocabulary.tokens(&clean::clean(text))).collect();
        let mut order: Vec<usize> = (0..texts.len()).filter(|&at| !has_no_word(&tokens[at])).collect();
        order.sort_by_key(|&at| tokens[at].len());
        let mut found = vec![None; texts.len()];
        for alike in order.chunk_by(|&one, &other| tokens[one].len() == tokens[other].len()) {
            for batch in alike.chunks(TEXTS_AT_ONCE) {
                let batch_tokens: Vec<&[Token]> = batch.iter().map(|&at| tokens[at].as_slice()).collect();
                let parts = self.run(&batch_tokens, scratch.pool());
                for (&at, parts) in batch.iter().zip(parts.chunks_exact(batch_tokens[0].len() * LABELS)) {
                    found[at] = Some(scores(parts));
                }
            }
        }
        found
    }

    /// One number per text, token and label for texts of the same number of tokens.
    fn run(&self, texts: &[&[Token]], pool: Arc<ThreadPool>) -> Vec<f32> {
        let length = texts.first().map_or(0, |tokens| tokens.len());
        let ids: Vec<i32> = texts.iter().flat_map(|tokens| tokens.iter().map(|token| token.id)).collect();
        let input = NdTensor::from_data([texts.len(), length], ids);
        let mut options = RunOptions::default();
        options.thread_pool = Some(pool);
        let outputs =
            self.network.run(vec![(self.input, input.view().into())], &[self.output], Some(options));
        let output = outputs.expect("any tokens of the vocabulary can be read").remove(0);
        let parts: NdTensor<f32, 3> = output.try_into().expect("one number per text, token and label");
        debug_assert_eq!(parts.shape(), [texts.len(), length, LABELS], "as many as went in");
        parts.to_vec()
    }

    /// How much each word of the text read last into `scratch` speaks for `label`.
    #[must_use]
    pub(crate) fn parts(&self, scratch: &Scratch, label: usize) -> Vec<Part> {
        let slope = i64::from(self.judge.heads.calibrations[label].slope);
        let count = i64::try_from(scratch.tokens.len()).expect("a text is bounded").max(1);
        let mut found: Vec<Part> =
            scratch.cleaned.split(' ').map(|word| Part { word: word.to_owned(), thousandths: 0 }).collect();
        for (token, row) in scratch.tokens.iter().zip(scratch.parts.chunks_exact(LABELS)) {
            let log_odds = (fixed(row[label]) / count).saturating_mul(slope) >> FRACTION_BITS;
            if let Some(part) = token.word.and_then(|word| found.get_mut(word)) {
                part.thousandths = part.thousandths.saturating_add(thousandths(log_odds));
            }
        }
        found
    }
}

impl Scratch {
    fn pool(&mut self) -> Arc<ThreadPool> {
        Arc::clone(self.pool.get_or_insert_with(|| Arc::new(ThreadPool::with_num_threads(1))))
    }
}

/// Texts that go through the network together: more of them no longer find their activations in a core's cache.
const TEXTS_AT_ONCE: usize = 8;

fn has_no_word(tokens: &[Token]) -> bool {
    tokens.iter().all(|token| token.word.is_none())
}

/// A text's scores from the parts of its tokens.
fn scores(parts: &[f32]) -> Scores {
    let mut scores = means(parts);
    against_the_others(&mut scores[VALENCE..ASK]);
    against_the_others(&mut scores[ASK..ANSWER]);
    scores
}

/// The network cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[error("the deep tier's network cannot be loaded: {0}; fetch it again or make it as `train/README.md` says")]
pub struct LoadError(String);

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("judge", &self.judge).finish_non_exhaustive()
    }
}

/// The mean over the tokens, per label.
fn means(parts: &[f32]) -> Scores {
    let mut scores = [0; LABELS];
    for row in parts.chunks_exact(LABELS) {
        for (score, &part) in scores.iter_mut().zip(row) {
            *score += fixed(part);
        }
    }
    let count = i64::try_from(parts.len() / LABELS).expect("a text is bounded").max(1);
    scores.map(|sum| sum / count)
}

/// Scores of labels of which one holds, as the log-odds of each against all others.
fn against_the_others(scores: &mut [i64]) {
    const ONE: f64 = (1u32 << FRACTION_BITS) as f64;
    #[allow(clippy::cast_precision_loss, reason = "scores have less than 40 bits")]
    let units: Vec<f64> = scores.iter().map(|&score| score as f64 / ONE).collect();
    for (at, score) in scores.iter_mut().enumerate() {
        let others = units.iter().enumerate().filter(|&(other, _)| other != at).map(|(_, unit)| unit);
        let sum: f64 = others.map(|unit| (unit - units[at]).exp()).sum();
        #[allow(
            clippy::cast_possible_truncation,
            reason = "a cast cuts off, and log-odds of a thousand say all"
        )]
        let log_odds = (-sum.ln() * ONE).round() as i64;
        *score = log_odds;
    }
}

/// A number in 65,536ths; what is no number counts nothing. Far numbers are cut off at what no score reaches.
fn fixed(number: f32) -> i64 {
    const FAR: f32 = 1000.0;
    const ONE: f32 = (1u32 << FRACTION_BITS) as f32;
    if number.is_nan() {
        return 0;
    }
    #[allow(clippy::cast_possible_truncation, reason = "within a thousand units of 65,536ths")]
    let fixed = (number.clamp(-FAR, FAR) * ONE).round() as i64;
    fixed
}
