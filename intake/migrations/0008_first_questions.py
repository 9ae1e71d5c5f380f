from django.db import migrations

OFTEN = [
    ["real_time", "At once, as it happens"],
    ["minutes", "Every few minutes"],
    ["hourly", "Every hour"],
    ["daily", "Once a day"],
    ["weekly", "Once a week"],
    ["monthly", "Once a month or less"],
    ["on_request", "Only when somebody asks for it"],
    ["unknown", "I do not know yet"],
]
WHAT_DATA = {
    "key": "data_needed",
    "kind": "long",
    "label": "What data is it?",
    "help": (
        "In your own words, as in “orders with their lines, price and customer "
        "number”. Say so if it is personal or secret."
    ),
}
HOW_OFTEN = {
    "key": "frequency",
    "kind": "choice",
    "label": "How often is it needed?",
    "choices": OFTEN,
}
TOPICS = {
    "expedite": [
        {
            "title": "Who is affected now",
            "questions": [
                {
                    "key": "who_is_hit",
                    "kind": "long",
                    "label": "Who or what is affected today?",
                    "help": (
                        "Which people, orders, payments or data, and about how many."
                    ),
                },
                {
                    "key": "lost_per_day",
                    "kind": "number",
                    "label": "About how much does each day cost?",
                    "help": "A rough figure is enough. Leave it empty if nobody knows.",
                    "unit": "EUR",
                    "required": False,
                },
                {
                    "key": "stopgap",
                    "kind": "long",
                    "label": "What do you do until it is mended?",
                    "help": (
                        "Whatever keeps the damage small, even if it is slow. "
                        "Leave it empty if there is nothing."
                    ),
                    "required": False,
                },
            ],
        },
        {
            "title": "Who answers for it",
            "questions": [
                {
                    "key": "contact",
                    "kind": "text",
                    "label": "Whom can we call right now?",
                    "help": (
                        "Name and phone number of somebody who knows it and can say "
                        "whether it works again."
                    ),
                },
                {
                    "key": "approver",
                    "kind": "text",
                    "label": "Who has approved that other work stops for it?",
                    "help": (
                        "The head of your department or above. Their name is kept "
                        "with what was put off."
                    ),
                },
            ],
        },
    ],
    "fixed-date": [
        {
            "title": "What proves the date",
            "questions": [
                {
                    "key": "evidence",
                    "kind": "long",
                    "label": "Where can we read about the date?",
                    "help": (
                        "A link, or the words themselves: the article of the law, the "
                        "clause of the contract, the plan of the launch."
                    ),
                },
                {
                    "key": "evidence_file",
                    "kind": "file",
                    "label": "Do you have it as a file?",
                    "help": "The page that matters is enough.",
                    "required": False,
                },
                {
                    "key": "part_later",
                    "kind": "yes_no",
                    "label": "Can a part of it come later?",
                },
                {
                    "key": "part_first",
                    "kind": "long",
                    "label": "What has to be there on the date?",
                    "help": "The least that is enough on that day.",
                    "shown_when": {"key": "part_later", "is": ["yes"]},
                },
            ],
        },
        {
            "title": "If the date is missed",
            "questions": [
                {
                    "key": "consequence",
                    "kind": "long",
                    "label": "What happens on the day after?",
                    "help": (
                        "A fine, a customer who leaves, a launch without it: as "
                        "exactly as you can."
                    ),
                },
                {
                    "key": "cost_of_missing",
                    "kind": "number",
                    "label": "About how much would that cost?",
                    "help": "A rough figure is enough. Leave it empty if nobody knows.",
                    "unit": "EUR",
                    "required": False,
                },
            ],
        },
        {"title": "The data", "questions": [WHAT_DATA, HOW_OFTEN]},
    ],
    "strategic": [
        {
            "title": "What it is for",
            "questions": [
                {
                    "key": "purpose",
                    "kind": "long",
                    "label": "What is different once it is done?",
                    "help": "For whom, and how you will notice it.",
                },
                {
                    "key": "value",
                    "kind": "long",
                    "label": "What is that worth, and how do you know?",
                    "help": (
                        "In money, hours, customers or less risk, and where the "
                        "figure comes from."
                    ),
                },
                {
                    "key": "sponsor",
                    "kind": "text",
                    "label": "Who is the sponsor?",
                    "help": "Who in the management wants it and answers for it.",
                },
                {
                    "key": "needed_by",
                    "kind": "date",
                    "label": "By when would you like it?",
                    "help": "Leave it empty if there is no date.",
                    "required": False,
                },
            ],
        },
        {
            "title": "Systems and data",
            "questions": [
                {
                    "key": "more_systems",
                    "kind": "yes_no",
                    "label": "Do more than these two systems take part?",
                },
                {
                    "key": "third_system",
                    "kind": "system",
                    "label": "Which one is the most important of them?",
                    "help": (
                        "Type a few letters and choose, or write the name if it is "
                        "not offered."
                    ),
                    "shown_when": {"key": "more_systems", "is": ["yes"]},
                },
                WHAT_DATA,
                HOW_OFTEN,
                {
                    "key": "volume",
                    "kind": "number",
                    "label": "About how much is it?",
                    "help": "Leave it empty if nobody knows.",
                    "unit": "records a day",
                    "required": False,
                },
            ],
        },
        {
            "title": "How sensitive the data is",
            "questions": [
                {
                    "key": "classification",
                    "kind": "choice",
                    "label": "How sensitive is the data?",
                    "help": "If several fit, choose the one furthest down.",
                    "choices": [
                        ["public", "Public", "Anybody may read it."],
                        ["internal", "Internal", "Everybody in the company may."],
                        [
                            "confidential",
                            "Confidential",
                            "Few may: prices, salaries, contracts.",
                        ],
                        ["personal", "Personal", "It says something about a person."],
                    ],
                },
                {
                    "key": "whose_data",
                    "kind": "long",
                    "label": "Whose data is it, and what does it say about them?",
                    "help": "As in “names and addresses of customers in Poland”.",
                    "shown_when": {"key": "classification", "is": ["personal"]},
                },
            ],
        },
        {
            "title": "Other ways",
            "questions": [
                {
                    "key": "options",
                    "kind": "long",
                    "label": "What else have you considered, and why not that?",
                    "help": (
                        "Buying something, a report that exists, doing it by hand, "
                        "or doing nothing."
                    ),
                }
            ],
        },
    ],
    "standard": [
        {"title": "The data", "questions": [WHAT_DATA, HOW_OFTEN]},
        {
            "title": "When and why",
            "questions": [
                {
                    "key": "needed_by",
                    "kind": "date",
                    "label": "By when do you need it?",
                    "help": "Leave it empty if there is no date.",
                    "required": False,
                },
                {
                    "key": "purpose",
                    "kind": "long",
                    "label": "Why is it needed?",
                    "help": (
                        "What gets better and for whom, and how it is done until then."
                    ),
                },
            ],
        },
    ],
}
KEPT = [
    "acknowledge_amount", "acknowledge_unit", "decide_amount", "decide_unit",
    "most_in_progress", "tokens_per_quarter", "share_percent",
]


def first_questions(apps, schema_editor):
    """Give every shipped tier whose form is empty its questions, in a new version."""
    Tier = apps.get_model("intake", "Tier")
    TierVersion = apps.get_model("intake", "TierVersion")
    for tier in Tier.objects.filter(slug__in=TOPICS).select_related("current_version"):
        before = tier.current_version
        if before.questions.get("topics"):
            continue
        tier.current_version = TierVersion.objects.create(
            tier=tier,
            number=before.number + 1,
            questions={"schema": 1, "topics": TOPICS[tier.slug]},
            why="The questions of this tier, as shipped.",
            **{name: getattr(before, name) for name in KEPT},
        )
        tier.save(update_fields=["current_version"])


class Migration(migrations.Migration):
    dependencies = [("intake", "0007_answers")]
    operations = [migrations.RunPython(first_questions, migrations.RunPython.noop)]
