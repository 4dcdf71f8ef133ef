"""Field-service scheduling: book, plan, remind, visit, ask."""
