"""Random predictions and what the definitions of the metrics give for them, for the tests beside this file.

Writes data/references.json. Pearson, Spearman, F1 and Matthews are checked against scipy and scikit-learn where these are
installed; SQuAD's rules are those of its evaluation scripts for 1.1 and 2.0.
usage: python make_references.py
"""
import collections
import json
import math
import os
import random
import re
import string

random.seed(20)


def pearson(x, y):
    mx, my = math.fsum(x) / len(x), math.fsum(y) / len(y)
    xy = math.fsum((a - mx) * (b - my) for a, b in zip(x, y))
    xx = math.fsum((a - mx) ** 2 for a in x)
    yy = math.fsum((b - my) ** 2 for b in y)
    return xy / math.sqrt(xx * yy)


def average_ranks(values):
    return [sum(v < a for v in values) + (sum(v == a for v in values) - 1) / 2 for a in values]


def f1_of_class_one(predictions, labels):
    true = sum(p == 1 == l for p, l in zip(predictions, labels))
    precision, recall = true / predictions.count(1), true / labels.count(1)
    return 2 * precision * recall / (precision + recall)


def matthews(predictions, labels):
    """Correlation of the one-hot matrices: covariances summed over classes."""
    classes, n = sorted(set(predictions + labels)), len(labels)

    def covariance(a, b):
        return sum(sum((x == c) * (y == c) for x, y in zip(a, b)) / n - a.count(c) / n * b.count(c) / n for c in classes)

    return covariance(predictions, labels) / math.sqrt(covariance(predictions, predictions) * covariance(labels, labels))


def classification_case(classes, right):
    labels = [random.randrange(classes) for _ in range(70)]
    predictions = [l if random.random() < right else random.randrange(classes) for l in labels]
    case = {"predictions": predictions, "labels": labels,
            "accuracy": 100 * sum(p == l for p, l in zip(predictions, labels)) / len(labels),
            "f1": 100 * f1_of_class_one(predictions, labels), "matthews": 100 * matthews(predictions, labels)}
    try:
        from sklearn.metrics import f1_score, matthews_corrcoef
    except ImportError:
        return case
    ones = lambda values: [int(v == 1) for v in values]
    assert math.isclose(case["f1"], 100 * f1_score(ones(labels), ones(predictions)))
    assert math.isclose(case["matthews"], 100 * matthews_corrcoef(labels, predictions))
    return case


def correlation_case(digits, noise):
    labels = [round(random.uniform(0, 5), 1) for _ in range(60)]
    predictions = [round(l + random.gauss(0, noise), digits) for l in labels]
    case = {"predictions": predictions, "labels": labels, "pearson": 100 * pearson(predictions, labels),
            "spearman": 100 * pearson(average_ranks(predictions), average_ranks(labels))}
    try:
        from scipy.stats import pearsonr, spearmanr
    except ImportError:
        return case
    assert math.isclose(case["pearson"], 100 * pearsonr(predictions, labels)[0])
    assert math.isclose(case["spearman"], 100 * spearmanr(predictions, labels)[0])
    return case


def normalized(text):
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def word_f1(accepted, predicted, version2):
    accepted, predicted = normalized(accepted).split(), normalized(predicted).split()
    if version2 and (not accepted or not predicted):
        return float(accepted == predicted)
    common = sum((collections.Counter(accepted) & collections.Counter(predicted)).values())
    if common == 0:
        return 0.0
    precision, recall = common / len(predicted), common / len(accepted)
    return 2 * precision * recall / (precision + recall)


def squad_scores(answers, prediction, version2):
    if version2:
        answers = [a for a in answers if normalized(a)] or [""]
    return (float(max(normalized(a) == normalized(prediction) for a in answers)),
            max(word_f1(a, prediction, version2) for a in answers))


WORDS = ["the", "a", "An", "Thé", "tea", "U.S.", "don't", "1,000", "\u2013", "\u2013a\u2013", "the\u0301", "\u0391\u03a3", "\u03b1\u03c2", "\u00c9t\u00e9",
         "\u00bd", "a\u00a0b", "...", "$5", "x_y", "x-the", "\u4e2d\u56fd", "\u0130s", "a1", "the\u2014end"]


def random_text(longest):
    return random.choice(["", " ", "\u3000"]).join([""] + [random.choice([" ", "", "  "]) + random.choice(WORDS)
                                                            for _ in range(random.randint(1, longest))])


def changed(text):
    words = text.split()
    random.shuffle(words)
    keep = words[: random.randint(0, len(words))] + ([random.choice(WORDS)] if random.random() < 0.3 else [])
    return random.choice([text.upper(), "the " + text + ".", " ".join(keep), " ".join(keep), ""])


def squad_case(version2):
    questions = []
    for _ in range(80):
        answers = [] if version2 and random.random() < 0.4 else [random_text(4) for _ in range(random.randint(1, 3))]
        prediction = changed(random.choice(answers)) if answers else random.choice(["", random_text(3)])
        exact, f1 = squad_scores(answers, prediction, version2)
        margin = random.gauss(0.0 if answers else 0.8, 1)
        questions.append({"answers": answers, "prediction": prediction, "exact": exact, "f1": f1, "margin": margin})
    case = {"questions": questions}
    for name, group in (("all", questions), ("answerable", [q for q in questions if q["answers"]]),
                        ("unanswerable", [q for q in questions if not q["answers"]])):
        for measure in ("exact", "f1"):
            case[f"{name}_{measure}"] = 100 * sum(q[measure] for q in group) / max(1, len(group))
    return case


def add_thresholds(case):
    """The best of all thresholds, each tried on all questions."""
    questions = case["questions"]
    for measure in ("exact", "f1"):
        def total(threshold):
            return 100 / len(questions) * sum(float(not q["answers"]) if q["margin"] > threshold else q[measure]
                                              for q in questions)
        case[f"best_{measure}"], negative = max((total(q["margin"]), -q["margin"]) for q in questions)
        case[f"best_{measure}_threshold"] = -negative
    return case


references = {
    "classification": [classification_case(2, 0.4), classification_case(2, 0.8), classification_case(4, 0.5)],
    "correlation": [correlation_case(6, 0.7), correlation_case(0, 0.7), correlation_case(1, 9)],
    "normalized": [{"text": t, "normalized": normalized(t)} for t in WORDS + [random_text(5) for _ in range(60)]],
    "squad1": squad_case(False),
    "squad2": add_thresholds(squad_case(True)),
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "references.json")
with open(path, "w") as file:
    json.dump(references, file, indent=0)
    file.write("\n")
