// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.25;

import "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

// A vault as the package has it, with an offset of decimals and, where there is one, a limit on what it holds.
contract Vault is ERC4626 {
    uint8 private immutable _offset;
    uint256 private immutable _limit;

    constructor(IERC20 token, uint8 offset, uint256 limit) ERC20("Vault", "V") ERC4626(token) {
        _offset = offset;
        _limit = limit;
    }

    function maxDeposit(address receiver) public view override returns (uint256) {
        if (_limit == type(uint256).max) return super.maxDeposit(receiver);
        uint256 held = totalAssets();
        return held < _limit ? _limit - held : 0;
    }

    function maxMint(address receiver) public view override returns (uint256) {
        if (_limit == type(uint256).max) return super.maxMint(receiver);
        return _convertToShares(maxDeposit(receiver), Math.Rounding.Down);
    }

    function _decimalsOffset() internal view override returns (uint8) {
        return _offset;
    }
}

// A token of which anybody can make some, and of which anybody's can be lost.
contract Token is ERC20("Token", "T") {
    function make(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function lose(address from, uint256 amount) external {
        _burn(from, amount);
    }
}
