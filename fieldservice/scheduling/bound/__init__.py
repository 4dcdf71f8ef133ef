"""What no plan can undercut: a lower bound on the cost, proven by column generation.

Each shift's best day at given prices of the visits (`labelling`) shows how far below the prices
any plan could come (Lagrange; Farley 1990); a linear program (`restricted_master`) finds better
prices. The bound holds for any prices, so it holds whenever the work is stopped.
"""
