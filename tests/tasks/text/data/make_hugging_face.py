#!/usr/bin/env python3
"""Records in hugging_face.json what Hugging Face's tokenizers make of texts on which BERT's tokenizers differ.

Needs the package tokenizers (recorded with 0.23.3).
"""

import json
import pathlib

from tokenizers import BertWordPieceTokenizer, __version__

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "##a", "il", "##l", "cafe", "caf\u00e9", "Il", "b", "-", "\u4e2d"]

TEXTS = [
    "a" * 100, "a" * 101, "a" * 130, "a" * 200, "a" * 201, "b " + "a" * 101 + " b", "a" * 100 + "-" + "a" * 100,
    # The limit counts characters after accents are gone.
    "\u00e0" * 100, "\u00e0" * 101, "a\u0300" * 60,
    # Private use, in the three ranges; unassigned; not characters.
    "\uf059 Il", "a\ue000a", "\uf8ff", "a\U000f0000a", "a\U0010fffda", "a\u0378a", "a\ufdd0a", "a\uffffa",
    # Control and format characters, replacement, tags, separators.
    "a\u00ada", "a\u200ba", "a\x00a", "a\ufffda", "a\U000e0001a", "a\u2028a", "Caf\u00e9 caf\u00e9 \u4e2da",
    "\U0001f4a9\U0001f4a9",
]


def tokens(text, lowercase):
    ids = {token: i for i, token in enumerate(VOCABULARY)}
    tokenizer = BertWordPieceTokenizer(ids, lowercase=lowercase)
    return tokenizer.encode(text, add_special_tokens=False).tokens


def main():
    cases = [{"text": text, "tokens": tokens(text, True), "tokens_cased": tokens(text, False)} for text in TEXTS]
    about = f"WordPiece tokens by BertWordPieceTokenizer of tokenizers {__version__}; tokens_cased with lowercase=False"
    out = pathlib.Path(__file__).parent / "hugging_face.json"
    content = {"about": about, "vocabulary": VOCABULARY, "cases": cases}
    out.write_text(json.dumps(content, indent=1, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
