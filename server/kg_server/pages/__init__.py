"""What a person sees: server-rendered pages without scripts. They take plain values and know no release."""
