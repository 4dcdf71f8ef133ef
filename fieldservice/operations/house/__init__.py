"""The team, its absences, its territory, and who may sign in."""
