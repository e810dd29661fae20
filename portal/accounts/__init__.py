"""Who may enter the desk and what is remembered of it: sign-in, second factor, sessions, people, audit log."""
