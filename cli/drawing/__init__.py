"""Drawing figures: as text for a terminal, as SVG or HTML without a library, as PNG by matplotlib."""
