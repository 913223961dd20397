using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// A state that is stored in groups. A step sees it decoded, as float32 numbers in scratch memory: of each register of units the first
/// numbers, then the second ones.
/// </summary>
/// <typeparam name="TFormat">How groups are stored.</typeparam>
internal readonly struct GroupStorage<TFormat> : IStorage
    where TFormat : IGroupFormat
{
    /// <inheritdoc/>
    public static int BytesPerUnit => TFormat.BytesPerUnit;

    /// <inheritdoc/>
    public static int NumbersPerUnit => 2;

    /// <inheritdoc/>
    public static StateFormat Format => TFormat.Format;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Round<TLane>(TLane x)
        where TLane : unmanaged, ILane<TLane> => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TLane> Load<TLane, TWords>(in TWords words, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => new() { Low = words.LoadNear(2 * unit), High = words.LoadNear((2 * unit) + 1) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => words.StoreNear(unit, numbers.Low, numbers.High);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRounded<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => Store(ref words, unit, numbers);
}
