"""Laws of accounts, on every engine."""

from __future__ import annotations

import unicodedata

import pytest

from reference.twitter.errors import Conflict, InvalidInput, NotFound
from reference.twitter.model import User
from tests.twitter.stores import World, in_threads


def test_a_registered_user_is_found_by_id_and_by_name_in_any_case(world: World):
    ada = world.accounts.register("Ada_1815", "Ada Lovelace")
    assert ada == User(ada.id, "Ada_1815", "Ada Lovelace", False, ada.created_at, 0, 0)
    assert world.accounts.get(ada.id) == ada
    assert world.accounts.by_username("aDA_1815") == ada


def test_the_time_of_registration_is_the_clocks(world: World):
    world.clock.advance(12.345)
    user = world.accounts.register("ada")
    assert user.created_at.timestamp() == pytest.approx(world.clock.now(), abs=0.0005)
    assert world.accounts.get(user.id).created_at == user.created_at


def test_a_username_is_unique_whatever_its_case(world: World):
    first = world.accounts.register("Ada")
    with pytest.raises(Conflict, match="'aDA' is taken"):
        world.accounts.register("aDA")
    assert world.accounts.count() == 1
    assert world.accounts.by_username("ada") == first


def test_a_username_outside_the_rule_is_refused_and_nothing_is_stored(world: World):
    for name in ("", "a" * 16, "with space", "ünicode", "dash-ed", "ada\n", None, 7, "\u212a"):
        with pytest.raises(InvalidInput, match="1 … 15"):
            world.accounts.register(name)
    assert world.accounts.count() == 0


def test_every_username_within_the_rule_is_accepted(world: World):
    for name in ("a", "_", "9", "a" * 15, "A_b_9"):
        assert world.accounts.get(world.accounts.register(name).id).username == name


def test_a_display_name_is_stored_in_normal_form_c(world: World):
    decomposed = unicodedata.normalize("NFD", "Zoë Ångström 가")
    user = world.accounts.register("zoe", decomposed)
    assert user.display_name == unicodedata.normalize("NFC", decomposed) != decomposed
    assert world.accounts.get(user.id).display_name == user.display_name


def test_a_display_name_outside_the_rule_is_refused(world: World):
    for shown in ("", "   ", "x" * 51, "a\x00b", "tab\there", "\ud800", 5):
        with pytest.raises(InvalidInput, match="display name"):
            world.accounts.register("ada", shown)


def test_a_display_name_of_any_script_comes_back_as_it_went(world: World):
    for index, shown in enumerate(("👩🏽‍🚀 माया", "名" * 50, "'; DROP TABLE users; --", "%s :name $1 ?")):
        assert world.accounts.get(world.accounts.register(f"u{index}", shown).id).display_name == shown


def test_many_users_are_read_at_once_and_the_unknown_are_left_out(world: World):
    users = world.users(5)
    found = world.accounts.get_many([users[3].id, users[0].id, users[3].id, 1, -5, 1 << 70])
    assert found == {users[0].id: users[0], users[3].id: users[3]}
    assert world.accounts.get_many([]) == {}


def test_an_unknown_user_is_not_found(world: World):
    with pytest.raises(NotFound, match="no user 5"):
        world.accounts.get(5)
    with pytest.raises(NotFound, match="'nobody'"):
        world.accounts.by_username("nobody")
    with pytest.raises(NotFound, match="no user 5"):
        world.accounts.set_verified(5)


def test_an_id_that_cannot_be_one_is_refused(world: World):
    for user_id in (-1, 1 << 63, "7", None, 1.5):
        with pytest.raises(InvalidInput, match="user_id"):
            world.accounts.get(user_id)


def test_the_badge_can_be_given_and_taken_away(world: World):
    user = world.accounts.register("ada")
    assert world.accounts.set_verified(user.id).verified
    assert world.accounts.get(user.id).verified
    assert not world.accounts.set_verified(user.id, False).verified
    assert world.accounts.register("bob", verified=True).verified


def test_of_eight_threads_that_want_one_name_exactly_one_gets_it(world: World):
    def claim(index: int) -> bool:
        try:
            world.accounts.register("Highlander" if index % 2 else "highlander")
        except Conflict:
            return False
        return True

    assert sum(in_threads(8, claim)) == 1
    assert world.accounts.count() == 1


def test_eight_threads_register_without_a_lost_user(world: World):
    in_threads(8, lambda index: [world.accounts.register(f"u{index}_{i}") for i in range(10)])
    assert world.accounts.count() == 80
