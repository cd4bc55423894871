"""The pages for staff: Django as a shell around sign-in, sessions and forms. It holds no case and can open none."""
