"""The sign-in form, in our words."""

from allauth.account.forms import LoginForm


class SignInForm(LoginForm):
    """Username and password; an answer never says which of the two was wrong."""

    def __init__(self, *args, **given):
        super().__init__(*args, **given)
        self.fields["login"].label = "Username"
        self.fields["login"].error_messages["required"] = "Enter your username"
        self.fields["password"].label = "Password"
        self.fields["password"].help_text = ""
        self.fields["password"].error_messages["required"] = "Enter your password"
