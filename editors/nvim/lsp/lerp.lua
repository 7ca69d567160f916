-- For Neovim 0.11 and later: vim.lsp.enable('lerp') reads this file.
return require('lerp.config').client()
