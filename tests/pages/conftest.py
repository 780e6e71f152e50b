from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from medisync.accounts.models import User
from tests.recordings.conftest import add_visit, samples

SignedIn = Callable[[User], Client]

__all__ = ["add_visit", "samples"]


@pytest.fixture
def signed_in() -> SignedIn:
    """A browser of its own in which the user is signed in."""

    def open_browser(user: User) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(user)
        return client

    return open_browser
