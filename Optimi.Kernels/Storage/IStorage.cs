namespace Optimi.Kernels;

/// <summary>
/// How the numbers of a slot (values, gradients, a state) are stored. A number is widened to float32 when it is loaded and
/// rounded once when it is stored; nothing in between knows of its storage.
/// </summary>
/// <remarks>
/// Memory is walked in units: what one 32-bit word of the narrowest slot holds, one number under float32 parameters, two under those
/// of half the width.
/// </remarks>
internal interface IStorage
{
    /// <summary>Bytes that a unit takes: 0 if nothing is stored, else from 1 to 8.</summary>
    static abstract int BytesPerUnit { get; }

    /// <summary>Numbers in a unit: 1 or 2, as in all slots of a layout that are stored.</summary>
    static abstract int NumbersPerUnit { get; }

    /// <summary>Whether groups of numbers are stored together, and how.</summary>
    static virtual StateFormat Format => StateFormat.Numbers;

    /// <summary>Rounds to the storage type.</summary>
    /// <typeparam name="TLane">The register.</typeparam>
    /// <param name="x">The number.</param>
    static abstract TLane Round<TLane>(TLane x)
        where TLane : unmanaged, ILane<TLane>;

    /// <summary>Reads a unit.</summary>
    /// <typeparam name="TLane">The register.</typeparam>
    /// <typeparam name="TWords">The memory.</typeparam>
    /// <param name="words">Where the slot's words are.</param>
    /// <param name="unit">The unit's number.</param>
    static abstract Pair<TLane> Load<TLane, TWords>(in TWords words, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>;

    /// <summary>Rounds a unit to the storage type and writes it.</summary>
    /// <typeparam name="TLane">The register.</typeparam>
    /// <typeparam name="TWords">The memory.</typeparam>
    /// <param name="words">Where the slot's words are.</param>
    /// <param name="unit">The unit's number.</param>
    /// <param name="numbers">The numbers.</param>
    static abstract void Store<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>;

    /// <summary>Writes a unit of numbers that <see cref="Round"/> gave.</summary>
    /// <typeparam name="TLane">The register.</typeparam>
    /// <typeparam name="TWords">The memory.</typeparam>
    /// <param name="words">Where the slot's words are.</param>
    /// <param name="unit">The unit's number.</param>
    /// <param name="numbers">The numbers, exact in the storage type.</param>
    static abstract void StoreRounded<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>;
}
