"""Every sentence that is spoken, language by language."""
