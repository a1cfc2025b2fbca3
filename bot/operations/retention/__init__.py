"""What is forgotten: of every table how long it is kept (`register`), by age (`ages`), and with its SEV (`sevs`)."""
