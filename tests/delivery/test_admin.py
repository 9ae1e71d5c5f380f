from __future__ import annotations

from django.urls import reverse

from tests.factories import CommitmentFactory, UserFactory


def test_an_administrator_reads_a_commitment_with_its_versions(client, db):
    commitment = CommitmentFactory()
    client.force_login(UserFactory(role="administrator", is_superuser=True))

    page = client.get(
        reverse("admin:delivery_commitment_change", args=[commitment.pk])
    ).content.decode()

    assert "0.9" in page
    assert 'name="_save"' not in page


def test_nobody_edits_a_commitment_by_hand(client, db):
    commitment = CommitmentFactory()
    client.force_login(UserFactory(role="administrator", is_superuser=True))
    address = reverse("admin:delivery_commitment_change", args=[commitment.pk])

    response = client.post(address, {"due_on": "2030-01-01"})

    assert response.status_code == 403
