"""Staff: who they are, what each role may do, how they sign in."""
