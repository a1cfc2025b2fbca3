"""Where alerts come from: for each sender one file that says how it proves who it is, and what its bodies mean."""
