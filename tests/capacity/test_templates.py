from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from capacity.models import PackageTemplate, TemplatePackage
from capacity.services.templates import (
    TemplateRow,
    offers_of,
    remove_template,
    save_template,
    store_shipped,
    take_shipped,
)
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from tests.capacity.test_estimating import sent
from tests.factories import TeamFactory, UserFactory


def row(name, skill=None, *, low="1", likely="2", high="5", after=True):
    return TemplateRow(name, skill, Decimal(low), Decimal(likely), Decimal(high), after)


@pytest.fixture
def template(team, manager, skill):
    return save_template(
        team=team,
        name="Batch",
        rows=[row("Design", skill), row("Build"), row("Test", skill)],
        by=manager,
    )


@pytest.fixture
def decider(client, manager):
    client.force_login(manager)
    return client


def test_a_team_without_templates_is_offered_the_shipped_ones(team, skill):
    offers = offers_of(team)

    api = offers[0]
    assert [offer.name for offer in offers] == [
        "API",
        "Event stream",
        "File transfer",
        "iPaaS flow",
        "AI service",
        "Data pipeline",
    ]
    assert [(each.name, each.skill, each.after_previous) for each in api.rows] == [
        ("Design the contract", skill, False),
        ("Build", skill, True),
        # This installation has no such skill.
        ("Access and policies", None, True),
        ("Test with both sides", skill, True),
    ]
    assert api.without_skill == "Access and policies"


def test_what_is_taken_over_is_what_was_offered(team, manager):
    offered = offers_of(team)

    take_shipped(team=team, by=manager)

    own = offers_of(team)
    assert [(each.name, each.rows) for each in own] == [
        (each.name, each.rows) for each in offered
    ]
    assert Event.objects.filter(kind="template-made").count() == 6
    with pytest.raises(RuleBroken, match="has templates of its own already"):
        take_shipped(team=team, by=manager)


def test_own_templates_stand_instead_of_the_shipped_and_for_one_team(team, template):
    assert [offer.name for offer in offers_of(team)] == ["Batch"]
    assert offers_of(TeamFactory())[0].name == "API"


def test_the_first_row_comes_after_nothing(template):
    assert [each.after_previous for each in template.rows.all()] == [False, True, True]


def test_saving_again_replaces_the_rows_and_leaves_both_in_the_trail(
    team, manager, skill, template
):
    save_template(
        team=team, template=template, name="Bulk", rows=[row("All", skill)], by=manager
    )

    template.refresh_from_db()
    assert (template.name, [each.name for each in template.rows.all()]) == (
        "Bulk",
        ["All"],
    )
    event = Event.objects.about(template).get(kind="template-edited")
    assert event.before.startswith("Batch: Design (API design, 1 – 2 – 5 days)")
    assert event.after == "Bulk: All (API design, 1 – 2 – 5 days)"


def test_removing_leaves_it_in_the_trail(manager, template):
    remove_template(template=template, by=manager)

    assert not PackageTemplate.objects.exists()
    assert Event.objects.get(kind="template-removed").before.startswith("Batch: ")


@pytest.mark.parametrize(
    ("name", "rows", "why"),
    [
        ("batch", [row("X")], "has a template “batch” already"),
        ("New", [], "a name and at least one work package"),
        ("New", [row("X", low="3")], "“X”: Likely must be at least low, which is 3."),
    ],
)
def test_what_is_no_template_is_refused(team, manager, template, name, rows, why):
    with pytest.raises(RuleBroken, match=why):
        save_template(team=team, name=name, rows=rows, by=manager)

    assert PackageTemplate.objects.get() == template


def test_a_skill_that_goes_leaves_a_row_that_asks_for_one(team, template, skill):
    skill.delete()

    assert offers_of(team)[0].without_skill == "Design, Build and Test"


def test_one_click_fills_the_estimate_below_what_was_typed_and_says_so(
    decider, demand, template
):
    response = decider.post(
        reverse("capacity:accept", args=[demand.reference]),
        sent({"name": "Half typed", "low": "much"}, pattern=str(template.pk)),
    )

    shown = [
        tuple(form[name].value() for name in ("name", "low", "likely", "high"))
        for form in response.context["formset"]
    ]
    text = " ".join(response.content.decode().split())
    assert shown == [
        ("Half typed", "much", "", ""),
        ("Design", "1", "2", "5"),
        ("Build", "1", "2", "5"),
        ("Test", "1", "2", "5"),
    ]
    assert "3 packages of “Batch” added below what stood here, which is unch" in text
    assert "<b>Choose a skill for:</b> Build." in text
    assert not demand.packages.exists()


def test_accepting_with_what_a_template_filled_makes_the_order_too(
    decider, demand, manager, skill, template
):
    TemplatePackage.objects.update(skill=skill)
    address = reverse("capacity:accept", args=[demand.reference])
    filled = decider.post(address, sent(pattern=str(template.pk))).context["formset"]
    rows = [
        {field.name: field.value() or "" for field in form if field.name != "DELETE"}
        for form in filled
    ]

    decider.post(address, sent(*rows, initial=len(rows)))

    demand.refresh_from_db()
    made = [(each.name, list(each.after.all())) for each in demand.packages.all()]
    design, build, _ = demand.packages.all()
    assert (demand.stage, made) == (
        "estimated",
        [("Design", []), ("Build", [design]), ("Test", [build])],
    )


def test_the_page_offers_the_shipped_ones_and_takes_them_over(decider, team):
    before = decider.get(reverse("capacity:templates")).content.decode()
    after = decider.post(reverse("capacity:take-templates"), follow=True)

    assert "Take them over" in before
    assert "Take them over" not in after.content.decode()
    assert team.package_templates.count() == 6


def test_a_template_is_made_on_its_page(decider, team, skill):
    first = {"name": "Map", "skill": skill.pk, "low": "1", "likely": "2", "high": "3"}
    second = {**first, "name": "Run", "skill": "", "after_previous": "on"}

    response = decider.post(
        reverse("capacity:new-template"), sent(first, second, {}, name="Flow")
    )

    [offer] = offers_of(team)
    assert response.url == reverse("capacity:templates")
    assert (offer.name, offer.rows) == (
        "Flow",
        [
            row("Map", skill, high="3", after=False),
            row("Run", None, high="3"),
        ],
    )


def test_another_row_keeps_what_was_typed(decider, template):
    response = decider.post(
        reverse("capacity:template", args=[template.pk]),
        sent({"name": "Half", "low": "x"}, name="Typed", add="1"),
    )

    text = response.content.decode()
    assert 'value="Half"' in text
    assert 'value="Typed"' in text
    assert len(response.context["formset"].forms) == 2
    assert "There is a problem" not in text


def test_a_wrong_range_and_a_missing_name_are_said_at_their_fields(decider, template):
    wrong = {"name": "Map", "low": "8", "likely": "4", "high": "9"}

    text = decider.post(
        reverse("capacity:template", args=[template.pk]), sent(wrong, name=" ")
    ).content.decode()

    template.refresh_from_db()
    assert "Likely must be at least low, which is 8." in text
    assert '<a href="#id_name">Give the template a name.</a>' in text
    assert (template.name, template.rows.count()) == ("Batch", 3)


def test_a_template_is_removed_after_a_question(decider, template):
    address = reverse("capacity:remove-template", args=[template.pk])

    asked = decider.get(address).content.decode()
    decider.post(address)

    assert "Remove this template?" in asked
    assert not PackageTemplate.objects.exists()


def test_the_template_of_another_team_is_not_found(client, template):
    client.force_login(UserFactory(role="manager", teams=[TeamFactory()]))

    for name in ("template", "remove-template"):
        address = reverse(f"capacity:{name}", args=[template.pk])
        assert client.post(address, sent(name="Mine")).status_code == 404
    assert PackageTemplate.objects.get().name == "Batch"


@pytest.mark.parametrize("role", ["requester", "engineer", "viewer"])
def test_templates_are_forbidden_without_the_right_to_settings(
    client, team, template, role
):
    client.force_login(UserFactory(role=role, teams=[team]))
    own = [template.pk]

    responses = [
        client.get(reverse("capacity:templates")),
        client.post(reverse("capacity:take-templates")),
        client.post(reverse("capacity:new-template")),
        client.post(reverse("capacity:template", args=own)),
        client.post(reverse("capacity:remove-template", args=own)),
    ]

    assert [response.status_code for response in responses] == [403] * 5


@pytest.mark.parametrize("templates", [1, 3])
def test_the_page_costs_the_same_queries_for_any_length(
    decider, team, skill, manager, templates, django_assert_num_queries
):
    for number in range(templates):
        save_template(
            team=team, name=f"T{number}", rows=[row("X", skill)] * 2, by=manager
        )

    # Session, person, team; waiting; templates, their rows, skills; whether it has any.
    with django_assert_num_queries(8):
        decider.get(reverse("capacity:templates"))


def test_what_the_demo_stores_is_what_is_shipped_and_nobody_did_it(team):
    shipped = [offer.name for offer in offers_of(team)]

    made = store_shipped(team=team)

    assert [template.name for template in made] == shipped
    assert not Event.objects.exists()
