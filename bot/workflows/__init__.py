"""Workflows: how healthy the business's critical workflows are, and what of their error budgets is left."""
