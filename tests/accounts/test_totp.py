import pytest

from blogapp.accounts.totp import drawn, new_secret, setup_address


@pytest.mark.parametrize("letter", ["a", "é", "数", "\N{FIRE}"])
def test_names_of_any_length_and_script_fit_into_the_picture(letter):
    address = setup_address(new_secret(), account=letter * 320, issuer=letter * 200)

    assert drawn(address).startswith("data:image/png")
