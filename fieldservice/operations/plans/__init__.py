"""A service day as the planner sees it, its working plan, and proposals to better it."""
