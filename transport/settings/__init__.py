"""The transport's settings: what there is, where each is looked for, what each transport makes of them."""
