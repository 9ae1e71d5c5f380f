"""The way through a draft: its pages in order, and the next that is not answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from intake.answers import answers_of, to_ask
from intake.choices import QuestionKind
from intake.evidence import EVIDENCE, is_complete
from intake.models import Demand
from intake.questions import Question, Topic, read_questions

OPENING, TIER, CHECK = "opening", "tier", "check"
# Of a draft that began with an e-mail nobody has named them yet.
SYSTEMS = {
    "source": Question("source", QuestionKind.SYSTEM, "Where does the data come from?"),
    "target": Question("target", QuestionKind.SYSTEM, "Where should it go?"),
}


@dataclass(frozen=True, slots=True)
class Page:
    slug: str
    title: str
    # “Your request”, or the tier whose questions they are; with the place in it.
    group: str
    number: int
    of: int
    topic: Topic | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """All pages of one draft as it stands; later answers may make others of them."""

    pages: list[Page]
    # Required questions without an answer, with the page that asks them.
    missing: list[tuple[Page, Question]]

    def page(self, slug: str) -> Page | None:
        return next((page for page in self.pages if page.slug == slug), None)

    def before(self, page: Page) -> Page | None:
        place = self.pages.index(page)
        return self.pages[place - 1] if place else None

    def after(self, page: Page) -> Page:
        return self.pages[self.pages.index(page) + 1]

    def next_open(self) -> Page:
        """Where to go on: the first page that is not answered, else the last."""
        return self.missing[0][0] if self.missing else self.pages[-1]


def way_of(draft: Demand) -> Way:
    answers = answers_of(draft)
    evidence = [
        Page(topic.questions[0].key, topic.title, "Your request", number, 4, topic)
        for number, topic in enumerate(EVIDENCE.topics, 2)
    ]
    pages = [Page(OPENING, "What do you need connected?", "Your request", 1, 4)]
    pages += evidence
    if is_complete(answers):
        pages.append(Page(TIER, f"This is {draft.tier}", "How quickly we answer", 1, 1))
        pages += list(_tier_pages(draft))
        pages.append(Page(CHECK, "Check your answers", "Before you send it", 1, 1))
    named = {"source": draft.source_name, "target": draft.target_name}
    missing = [(pages[0], SYSTEMS[key]) for key, name in named.items() if not name]
    missing += [
        (page, question)
        for page in pages
        if page.topic
        for question in to_ask(page.topic, answers)
        if question.required and not answers.get(question.key)
    ]
    return Way(pages, missing)


def _tier_pages(draft: Demand) -> Iterator[Page]:
    """The topics of the tier as it asks now; what is stored is a draft until sent."""
    answers = answers_of(draft)
    questions = read_questions(draft.tier.current.questions, before=EVIDENCE)
    topics = [
        (number, topic)
        for number, topic in enumerate(questions.topics, 1)
        if to_ask(topic, answers)
    ]
    for place, (number, topic) in enumerate(topics, 1):
        yield Page(
            f"part-{number}", topic.title, str(draft.tier), place, len(topics), topic
        )
