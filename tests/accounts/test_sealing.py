import pytest

from blogapp.accounts.errors import SealBroken
from blogapp.accounts.sealing import seal, unseal

KEY = "the secret key of a blog, long enough"


def test_what_is_sealed_is_opened_again_and_looks_different_each_time():
    first, second = seal("JBSWY3DP", KEY, "codes"), seal("JBSWY3DP", KEY, "codes")

    assert unseal(first, KEY, "codes") == unseal(second, KEY, "codes") == "JBSWY3DP"
    assert first != second
    assert "JBSWY3DP" not in first


@pytest.mark.parametrize("other", [("another key, just as long as this", "codes"), (KEY, "mail")])
def test_neither_another_key_nor_another_purpose_opens_it(other):
    sealed = seal("JBSWY3DP", KEY, "codes")

    with pytest.raises(SealBroken):
        unseal(sealed, *other)


@pytest.mark.parametrize("kept", ["", "1.", "1.AAAA", "1.ä", "2.AAAA", "JBSWY3DP", "1." + "A" * 80])
def test_what_was_changed_is_not_opened(kept):
    with pytest.raises(SealBroken):
        unseal(kept, KEY, "codes")
