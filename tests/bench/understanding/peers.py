"""Other ways to put a label to a message, each as good as its makers' papers say it should be.

All read the product's normal form, in characters where a peer wants words: that is what Chinese is
commonly given to them as, and better than their own reading.
"""

import importlib.util
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from bot.understanding.normalize import normalize
from tests.bench.understanding.sets import Said

#: From messages to labels.
Labeller = Callable[[Sequence[str]], list[str]]


def rapidfuzz_by(scorer: str) -> Callable[[Sequence[Said]], Labeller]:
    """Return what learns nothing and takes the label of the most alike phrase."""

    def fitted(examples: Sequence[Said]) -> Labeller:
        phrases = [normalize(said.text) for said in examples]
        labels = [said.label for said in examples]
        score = getattr(fuzz, scorer)

        def label(texts: Sequence[str]) -> list[str]:
            found = (process.extractOne(normalize(text), phrases, scorer=score) for text in texts)
            return [labels[one[2]] if one else "" for one in found]

        return label

    return fitted


def tfidf_svm(examples: Sequence[Said]) -> Labeller:
    """Learn characters one to three by TF-IDF and a linear support vector machine."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    model = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True),
        LinearSVC(C=1.0, random_state=0),
    )
    model.fit([normalize(said.text) for said in examples], [said.label for said in examples])
    return lambda texts: [str(one) for one in model.predict(list(map(normalize, texts)))]


def fasttext_supervised(examples: Sequence[Said]) -> Labeller:
    """Learn characters and their pairs by fastText's classifier."""
    import fasttext

    labels = sorted({said.label for said in examples})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "train.txt"
        file.write_text(
            "".join(
                f"__label__{labels.index(said.label)} {spaced(said.text)}\n" for said in examples
            ),
            encoding="utf-8",
        )
        model = fasttext.train_supervised(
            str(file), lr=0.5, epoch=100, wordNgrams=2, dim=100, minCount=1, thread=1, seed=1,
            verbose=0,
        )  # fmt: skip

    def label(texts: Sequence[str]) -> list[str]:
        # the Python wrapper of 0.9.3 cannot predict under numpy 2; what it wraps can
        found = (model.f.predict(spaced(text) + "\n", 1, 0.0, "strict") for text in texts)
        return [labels[int(one[0][1].removeprefix("__label__"))] if one else "" for one in found]

    return label


def bm25s_nearest(examples: Sequence[Said]) -> Labeller:
    """Take the label of the phrase that BM25 ranks first, over characters and their pairs."""
    search = bm25s_search([said.text for said in examples])
    labels = [said.label for said in examples]
    return lambda texts: [labels[search(text)] for text in texts]


def bm25s_search(phrases: Sequence[str]) -> Callable[[str], int]:
    """Return a search for the number of the best phrase."""
    import bm25s

    known: dict[str, int] = {}
    for phrase in phrases:
        for gram in pairs(phrase):
            known.setdefault(gram, len(known))
    index: Any = bm25s.BM25()
    index.index([pairs(phrase) for phrase in phrases], show_progress=False)

    def search(text: str) -> int:
        grams = [gram for gram in pairs(text) if gram in known]
        if not grams:
            return 0
        found, _ = index.retrieve([grams], k=1, show_progress=False)
        return int(found[0][0])

    return search


def tantivy_search(phrases: Sequence[str]) -> Callable[[str], int]:
    """Return a search for the number of the best phrase, in an index in memory."""
    import tantivy

    fields = tantivy.SchemaBuilder()
    fields.add_text_field("grams", stored=False, tokenizer_name="whitespace")
    fields.add_integer_field("number", stored=True)
    schema = fields.build()
    index = tantivy.Index(schema)
    writer = index.writer(heap_size=64_000_000, num_threads=1)
    for number, phrase in enumerate(phrases):
        writer.add_document(tantivy.Document(grams=" ".join(pairs(phrase)), number=number))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(text: str) -> int:
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "grams", gram))
            for gram in dict.fromkeys(pairs(text))
        ]
        if not terms:
            return 0
        hits = searcher.search(tantivy.Query.boolean_query(terms), 1).hits
        return int(searcher.doc(hits[0][1])["number"][0]) if hits else 0

    return search


def spaced(text: str) -> str:
    """Return a message with blanks between its characters."""
    return " ".join(normalize(text)) or "空"


def pairs(text: str) -> list[str]:
    """Return the characters of a message and their pairs."""
    normal = normalize(text)
    return [*normal, *(normal[at : at + 2] for at in range(len(normal) - 1))]


#: name -> package it needs, how it is fitted
LABELLERS: dict[str, tuple[str, Callable[[Sequence[Said]], Labeller]]] = {
    "rapidfuzz ratio": ("rapidfuzz", rapidfuzz_by("ratio")),
    "rapidfuzz WRatio": ("rapidfuzz", rapidfuzz_by("WRatio")),
    "TF-IDF + linear SVM": ("sklearn", tfidf_svm),
    "fastText": ("fasttext", fasttext_supervised),
    "bm25s": ("bm25s", bm25s_nearest),
}


def there(package: str) -> bool:
    """Tell whether a package is installed."""
    return importlib.util.find_spec(package) is not None
