// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.19;

interface Token {
    function balanceOf(address holder) external view returns (uint256);
    function transfer(address to, uint256 amount) external returns (bool);
}

/// A strategy that does what it is told: the least that a Yearn V2 vault needs of one. What it frees beyond its liquid
/// limit is neither paid nor lost; a part of what it frees is destroyed, and lost.
contract Strategy {
    address public vault;
    address public want;
    uint256 public delegatedAssets;
    uint256 public exitLoss;
    uint256 public liquidLimit = type(uint256).max;
    bool public constant isActive = true;
    bool public constant emergencyExit = false;

    constructor(address vault_, address want_) {
        vault = vault_;
        want = want_;
    }

    function configure(uint256 delegatedAssets_, uint256 exitLoss_, uint256 liquidLimit_) external {
        delegatedAssets = delegatedAssets_;
        exitLoss = exitLoss_;
        liquidLimit = liquidLimit_;
    }

    function estimatedTotalAssets() external view returns (uint256) {
        return Token(want).balanceOf(address(this));
    }

    function withdraw(uint256 amount) external returns (uint256 loss) {
        uint256 balance = Token(want).balanceOf(address(this));
        uint256 there = amount < balance ? amount : balance;
        uint256 liquid = there < liquidLimit ? there : liquidLimit;
        uint256 destroyed = (liquid * exitLoss) / 10_000;
        Token(want).transfer(vault, liquid - destroyed);
        Token(want).transfer(address(0xdead), destroyed);
        return amount - there + destroyed;
    }
}
