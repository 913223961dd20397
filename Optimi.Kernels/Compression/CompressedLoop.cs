using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// The loop of the host over tiles with states in groups: a few tiles at a time it decodes them into scratch memory, has
/// <see cref="HostLoop{TLane, TRule, TApply, TLayout}"/> step them there, and encodes them.
/// </summary>
/// <typeparam name="TLane">The vector.</typeparam>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
internal static unsafe class CompressedLoop<TLane, TRule, TApply, TLayout>
    where TLane : unmanaged, ILane<TLane>
    where TRule : unmanaged, IUpdateRule<TRule, TLane>
    where TApply : unmanaged, IApply<TApply, TLane>
    where TLayout : ILayout
{
    private const int States = 4;

    /// <summary>Steps tiles of a tensor.</summary>
    /// <typeparam name="TPass">What is done of the step; a pass that measures is <see cref="Measure"/>.</typeparam>
    /// <param name="terms">The terms that the row asks for.</param>
    /// <param name="scalars">The row of scalars, after <see cref="HostLoop{TLane, TRule, TApply, TLayout}.Spread"/>.</param>
    /// <param name="slabs">The slots from the first tile on.</param>
    /// <param name="tiles">How many tiles.</param>
    /// <param name="lastLength">How many numbers of the last one are the tensor's own.</param>
    [SkipLocalsInit]
    public static void Run<TPass>(Terms terms, float* scalars, in Slabs<HostWords<TLane>> slabs, int tiles, int lastLength)
        where TPass : IPass
    {
        byte* memory = stackalloc byte[(States * HostBatch.StateBytes) + sizeof(TLane)];
        byte* scratch = HostBatch.Aligned(memory, sizeof(TLane));
        Slabs<HostWords<TLane>> here = slabs;
        int count = Math.Min(HostBatch.Tiles, tiles);
        Decode(here, scratch, count, isFirst: true);
        while (tiles > 0)
        {
            HostLoop<TLane, TRule, TApply, TLayout>.Run<TPass>(
                terms, scalars, Decoded(here, scratch), count * HostLoop<TLane, TRule, TApply, TLayout>.VectorsPerTile);
            int next = Math.Min(HostBatch.Tiles, tiles - count);
            if (TPass.UpdatesStates)
                Encode(here, scratch, count, next, count == tiles ? lastLength : Tile.Length, RoundingOf(scalars));
            here = TLayout.Skip(here, count);
            Decode(here, scratch, next, isFirst: !TPass.UpdatesStates);
            tiles -= count;
            count = next;
        }
    }

    /// <summary>The first pass of a rule that measures, over tiles of a tensor.</summary>
    /// <param name="terms">The terms that the row asks for.</param>
    /// <param name="scalars">The row of scalars, after <see cref="HostLoop{TLane, TRule, TApply, TLayout}.Spread"/>.</param>
    /// <param name="slabs">The slots from the first tile on.</param>
    /// <param name="number">The first tile's number in the launch.</param>
    /// <param name="tiles">How many tiles.</param>
    /// <param name="lastLength">How many numbers of the last one are the tensor's own.</param>
    /// <param name="extents">The tensor.</param>
    /// <param name="sums">For each tile of the launch the sum of what was measured in it.</param>
    [SkipLocalsInit]
    public static void Measure(
        Terms terms,
        float* scalars,
        in Slabs<HostWords<TLane>> slabs,
        int number,
        int tiles,
        int lastLength,
        ReadOnlySpan<TensorExtent> extents,
        float* sums)
    {
        byte* memory = stackalloc byte[(States * HostBatch.StateBytes) + sizeof(TLane)];
        byte* scratch = HostBatch.Aligned(memory, sizeof(TLane));
        Slabs<HostWords<TLane>> here = slabs;
        int count = Math.Min(HostBatch.Tiles, tiles);
        Decode(here, scratch, count, isFirst: true);
        while (tiles > 0)
        {
            HostLoop<TLane, TRule, TApply, TLayout>.Measure(terms, scalars, Decoded(here, scratch), number, count, extents, sums);
            int next = Math.Min(HostBatch.Tiles, tiles - count);
            Encode(here, scratch, count, next, count == tiles ? lastLength : Tile.Length, RoundingOf(scalars));
            here = TLayout.Skip(here, count);
            Decode(here, scratch, next, isFirst: false);
            tiles -= count;
            number += count;
            count = next;
        }
    }

    private static ref readonly RoundingScalars<TLane> RoundingOf(float* scalars) =>
        ref HostLoop<TLane, TRule, TApply, TLayout>.VectorsOf(scalars)->Rounding;

    /// <summary>The slots with states in scratch memory.</summary>
    private static Slabs<HostWords<TLane>> Decoded(in Slabs<HostWords<TLane>> slabs, byte* scratch)
    {
        Slabs<HostWords<TLane>> decoded = slabs;
        if (TLayout.FormatOf(0) != StateFormat.Numbers)
            decoded.State0 = new((nint)Of(scratch, 0));
        if (TLayout.FormatOf(1) != StateFormat.Numbers)
            decoded.State1 = new((nint)Of(scratch, 1));
        if (TLayout.FormatOf(2) != StateFormat.Numbers)
            decoded.State2 = new((nint)Of(scratch, 2));
        if (TLayout.FormatOf(3) != StateFormat.Numbers)
            decoded.State3 = new((nint)Of(scratch, 3));
        return decoded;
    }

    private static TLane* Of(byte* scratch, int state) => (TLane*)(scratch + (state * HostBatch.StateBytes));

    /// <param name="slabs">The slots.</param>
    /// <param name="scratch">Where the states go.</param>
    /// <param name="tiles">How many tiles.</param>
    /// <param name="isFirst">Whether no tiles have been encoded before these: what follows encoded ones is partly there already.</param>
    private static void Decode(in Slabs<HostWords<TLane>> slabs, byte* scratch, int tiles, bool isFirst)
    {
        DecodeState(slabs.State0, slabs.Headers, scratch, 0, tiles, isFirst);
        DecodeState(slabs.State1, slabs.Headers, scratch, 1, tiles, isFirst);
        DecodeState(slabs.State2, slabs.Headers, scratch, 2, tiles, isFirst);
        DecodeState(slabs.State3, slabs.Headers, scratch, 3, tiles, isFirst);
    }

    private static void DecodeState(
        HostWords<TLane> codes, HostWords<TLane> headers, byte* scratch, int state, int tiles, bool isFirst)
    {
        byte* header = headers.Address + TLayout.HeaderOffsetOf(state);
        TLane* decoded = Of(scratch, state);
        StateFormat format = TLayout.FormatOf(state);
        if (format == StateFormat.FirstOfPair)
            HostPair16<TLane>.Decode(codes.Address, header, TLayout.HeaderBytesPerTile, tiles, decoded, Of(scratch, state + 1));
        if (format == StateFormat.SignedByPair || (format == StateFormat.Signed && isFirst))
            HostSigned8<TLane>.Decode(codes.Address, header, TLayout.HeaderBytesPerTile, tiles, decoded);
        if (format == StateFormat.SignedByPair)
            HostSigned8<TLane>.Multiply(decoded, Of(scratch, StateFormats.SecondOfPair), tiles * VectorsPerTile);
    }

    /// <param name="slabs">The slots.</param>
    /// <param name="scratch">The states.</param>
    /// <param name="tiles">How many tiles.</param>
    /// <param name="next">How many are behind them; of these, states with a sign are decoded.</param>
    /// <param name="lastLength">How many numbers of the last one are the tensor's own: the others become zero.</param>
    /// <param name="rounding">How to round.</param>
    private static void Encode(
        in Slabs<HostWords<TLane>> slabs, byte* scratch, int tiles, int next, int lastLength, in RoundingScalars<TLane> rounding)
    {
        if (TLayout.FormatOf(0) == StateFormat.FirstOfPair)
        {
            TLane* first = Of(scratch, 0);
            TLane* second = Of(scratch, StateFormats.SecondOfPair);
            Clear(first, tiles, lastLength);
            Clear(second, tiles, lastLength);
            byte* header = slabs.Headers.Address;
            HostPair16<TLane>.Encode(
                slabs.State0.Address, header, TLayout.HeaderBytesPerTile, tiles, first, second, rounding, slabs.FirstNumber);
            if (HasStateByPair)
                HostPair16<TLane>.Decode(slabs.State0.Address, header, TLayout.HeaderBytesPerTile, tiles, first, second);
        }

        EncodeSigned(slabs.State0, slabs.Headers, scratch, 0, tiles, next, lastLength);
        EncodeSigned(slabs.State1, slabs.Headers, scratch, 1, tiles, next, lastLength);
        EncodeSigned(slabs.State2, slabs.Headers, scratch, 2, tiles, next, lastLength);
        EncodeSigned(slabs.State3, slabs.Headers, scratch, 3, tiles, next, lastLength);
    }

    private static bool HasStateByPair =>
        TLayout.FormatOf(2) == StateFormat.SignedByPair || TLayout.FormatOf(3) == StateFormat.SignedByPair;

    private static int VectorsPerTile => Tile.Length / TLane.Width;

    private static void EncodeSigned(
        HostWords<TLane> codes, HostWords<TLane> headers, byte* scratch, int state, int tiles, int next, int lastLength)
    {
        StateFormat format = TLayout.FormatOf(state);
        if (format is not (StateFormat.Signed or StateFormat.SignedByPair))
            return;
        TLane* decoded = Of(scratch, state);
        Clear(decoded, tiles, lastLength);
        if (format == StateFormat.SignedByPair)
            HostSigned8<TLane>.Divide(decoded, Of(scratch, StateFormats.SecondOfPair), tiles * VectorsPerTile);
        HostSigned8<TLane>.Recode(
            codes.Address,
            headers.Address + TLayout.HeaderOffsetOf(state),
            TLayout.HeaderBytesPerTile,
            tiles,
            format == StateFormat.Signed ? next : 0,
            decoded);
    }

    /// <summary>Sets the numbers behind the tensor's own to zero.</summary>
    private static void Clear(TLane* states, int tiles, int lastLength)
    {
        for (int number = lastLength; number < Tile.Length; number++)
        {
            int unit = ((tiles - 1) * (Tile.Length / 2)) + (number / 2);
            int vector = (2 * (unit / TLane.Width)) + (number % 2);
            ((float*)(states + vector))[unit % TLane.Width] = 0;
        }
    }
}
