"""How days are likely to go: what finished visits teach, what a plan risks, what came true."""
