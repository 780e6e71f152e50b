from __future__ import annotations

import pytest
from django.test import Client

from medisync.accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_page_leads_to_sign_in_and_back(client: Client) -> None:
    answer = client.get("/?q=knee")

    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in?next=/%3Fq%3Dknee"


@pytest.mark.parametrize(
    ("headers", "back"),
    [
        # A link was followed: on to where it led.
        ({"HX-Boosted": "true"}, "/%3Fq%3Dknee"),
        # A part of the page was asked for: back to the page.
        ({}, "/recordings/a/"),
    ],
)
def test_a_script_of_the_page_loads_it_as_a_whole(
    client: Client, headers: dict[str, str], back: str
) -> None:
    page = "http://testserver/recordings/a/"
    headers = {"HX-Request": "true", "HX-Current-URL": page, **headers}

    answer = client.get("/?q=knee", headers=headers)

    assert answer.status_code == 401
    assert answer["HX-Redirect"] == f"/sign-in?next={back}"


def test_it_leads_to_no_other_host(client: Client) -> None:
    headers = {
        "HX-Request": "true",
        "HX-Current-URL": "https://evil.example//x.example",
    }
    there = client.get("/", headers=headers)["HX-Redirect"]
    user: User = UserFactory.create()
    client.force_login(user)

    assert client.get(there)["Location"] == "/"


def test_what_is_no_address_leads_to_the_first_page(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://[x"}

    answer = client.get("/patients/", headers=headers)

    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/sign-in?next=/")
