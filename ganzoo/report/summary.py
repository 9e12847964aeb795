"""The verdict at the top, in words: is it like the data, does it keep varying, is it new?"""

from ganzoo.report.markup import tag
from ganzoo.report.numbers import estimate, number, percent
from ganzoo.report.scores import standing, tone

LABELS = {
    "like": {"good": "as held-out real data", "fair": "somewhat off", "poor": "far from real data"},
    "varied": {"good": "as varied as real data", "fair": "somewhat less varied", "poor": "misses variety"},
    "new": {"good": "no sign of copying", "fair": "nearer than it should be", "poor": "copies its training data"},
}
QUESTIONS = {"like": "Is it like the data?", "varied": "Does it keep varying?", "new": "Does it make anything new?"}
ORDER = ("good", "fair", "poor")


def cards(scores, birthday=None, copies=None):
    """Up to three cards, one a question; questions without an answer are omitted; None if there is no card."""
    by_question = {"like": _like(scores), "varied": _varied(scores, birthday), "new": _new(scores, copies)}
    made = []
    for name, answers in by_question.items():
        if not answers:
            continue
        tones = [mood for mood, _ in answers if mood]
        worst = max(tones, key=ORDER.index) if tones else None
        label = LABELS[name][worst] if worst else "see below"
        made.append(
            tag(
                "article",
                tag("h3", QUESTIONS[name]),
                tag("p", label[0].upper() + label[1:], class_="label"),
                [tag("p", sentence) for _, sentence in answers],
                class_=f"card {worst or 'open'}",
            )
        )
    return tag("div", made, class_="cards") if made else None


def _find(scores, metric, part=""):
    return next((s for s in scores if (s["metric"], s["part"]) == (metric, part)), None)


def _mood(score, above=False):
    """How good a score is; `above` means that more than held-out real data's answers the question as well as as much does."""
    position, _ = standing(score)
    if position is None:
        return None
    value = score.get("value_at_real_count")
    return "good" if above and (score["value"] if value is None else value) >= score["real"] else tone(position)


def _real(score, write=number):
    return f" (held-out real data: {write(score['real'])})" if score.get("real") is not None else ""


def _like(scores):
    answers = []
    distance = _find(scores, "frechet_distance")
    if distance:
        sentence = f"{distance['name']} is {number(distance['value'])}"
        if distance.get("floor") is not None:
            sentence += f", of which {number(distance['floor'])} is what a perfect model would show at this count"
        if distance.get("real") is not None:
            sentence += f"; held-out real data scores {number(distance['real'])}"
        answers.append((_mood(distance), sentence + "."))
    precision = _find(scores, "precision_recall", "precision")
    if precision:
        sentence = f"{percent(precision['value'])} of the samples look like some real example{_real(precision, percent)}."
        answers.append((_mood(precision), sentence))
    tests = [s for s in (_find(scores, "c2st", part) for part in ("logistic", "knn")) if s]
    if tests:
        sharpest = max(tests, key=lambda s: s["value"])
        sentence = f"A classifier tells samples from real data with accuracy {percent(sharpest['value'])}; chance is 50 %."
        answers.append((_mood(sharpest), sentence))
    return answers


def _varied(scores, birthday):
    answers = []
    recall, coverage = _find(scores, "precision_recall", "recall"), _find(scores, "density_coverage", "coverage")
    if recall:
        sentence = f"{percent(recall['value'])} of the real examples look like some sample{_real(recall, percent)}."
        answers.append((_mood(recall), sentence))
    elif coverage:
        sentence = f"{percent(coverage['value'])} of the real examples have a sample near them{_real(coverage, percent)}."
        answers.append((_mood(coverage), sentence))
    for metric, things in (("mode_coverage", "modes"), ("label_coverage", "classes")):
        captured = _find(scores, metric, "captured")
        if captured:
            sentence = f"Its samples reach {number(captured['value'])} {things}{_real(captured)}."
            answers.append((_mood(captured, above=True), sentence))
    if birthday and birthday.get("n_eff"):
        sentence = f"It repeats itself as a generator of {estimate(birthday['n_eff'])} different examples would"
        real = ((birthday.get("real") or {}).get("pooled") or {}).get("n_eff")
        sentence += f"; held-out real data, judged the same way: {estimate(real)}." if real else "."
        answers.append((_repeats(birthday), sentence))
    return answers


def _repeats(birthday):
    """Whether it repeats itself more often than real data does, by the interval of their ratio."""
    ratio = birthday.get("ratio")
    if not ratio or ratio.get("low") is None:
        return None
    if ratio["low"] <= 1:
        return "good"
    return "poor" if ratio["low"] > 3 else "fair"


def _new(scores, copies):
    answers = []
    if copies:
        mood = {"none": "good", "near": "fair", "open": "fair", "copies": "poor"}[copies["finding"]]
        answers.append((mood, copies["verdict"]))
    for metric, description in (("auth_pct", "farther from their nearest training example than that one’s own neighbour is"),):
        score = _find(scores, metric)
        if score and not copies:
            sentence = f"{number(score['value'], 3)} % of the samples are {description}{_real(score)}."
            answers.append((_distance_from_training(score), sentence))
    return answers


def _distance_from_training(score):
    """Whether samples lie nearer to the training data than held-out data does, beyond chance; farther is no sign of copying."""
    by_chance = None not in (score.get("high"), score.get("real")) and score["high"] >= score["real"]
    return "good" if by_chance else _mood(score, above=True)
