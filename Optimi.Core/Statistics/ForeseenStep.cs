using System.Buffers;
using System.Runtime.InteropServices;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// The step that a parameter is about to take, made on the host with copies of it. There the parameter is float32 and has a Kahan
/// compensation, whatever it has where it is stored: so the update is known far below the ulp of the parameter, of a float32 one too.
/// </summary>
/// <param name="options">The rule's options.</param>
/// <param name="context">The step.</param>
/// <param name="around">What happens to gradients on their way in.</param>
/// <param name="updates">Whether it changes the parameter at all.</param>
/// <param name="stored">How the parameter and its states are stored.</param>
/// <param name="storageOf">The memory of each slot of it.</param>
internal sealed unsafe class ForeseenStep<TRule>(
    RuleOptions<TRule> options,
    StepContext context,
    SurroundingScalars around,
    bool updates,
    SlotLayout stored,
    Func<int, TensorStorage> storageOf)
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    /// <summary>Numbers that are stepped at a time, unless the update hangs on all of them.</summary>
    private const int PartLength = 1 << 20;

    /// <summary>Numbers that are copied and looked at at a time.</summary>
    private const int PieceLength = 1 << 16;

    /// <summary>States and gradients are copied as they are stored, since some rules read a state as it was rounded.</summary>
    private readonly SlotLayout _layout = stored with
    {
        Value = DType.Float32,
        Weights = WeightFormat.Kahan,
        States = stored.States.Decoded,
        Averaged = false,
    };

    private readonly HostAllocation?[] _copies = new HostAllocation?[Slot.Count];

    /// <summary>Sums up what the step does to the numbers, and changes none of them.</summary>
    /// <param name="device">Where the parameter is.</param>
    /// <exception cref="DeviceException">The host has no memory left.</exception>
    public UpdateSums Sum(ComputeDevice device)
    {
        long length = storageOf(Slot.Values).Length;
        long partLength = TRule.Measures ? length : Math.Min(length, PartLength);
        UpdateSums sums = default;
        try
        {
            for (long at = 0; at < length; at += partLength)
            {
                long part = Math.Min(partLength, length - at);
                if (updates)
                {
                    Allocate(device, partLength);
                    Copy(at, part);
                    Step(part, device.Threads);
                }

                sums += Sum(at, part);
            }
        }
        finally
        {
            foreach (HostAllocation? copy in _copies)
            {
                if (copy is not null)
                    device.Allocator.Free(copy);
            }
        }

        return sums;
    }

    /// <summary>
    /// Whether the copy's compensation starts as the stored one. It does where slow weights pull at the whole number; elsewhere it starts as
    /// zero and then holds nothing but the update, however small that is.
    /// </summary>
    private bool StartsCompensated => TRule.LooksAhead && stored.Compensated;

    private void Allocate(ComputeDevice device, long length)
    {
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            if (_layout[slot]?.DType() is DType dtype)
                _copies[slot] ??= device.Allocator.AllocateHost(length * dtype.Bytes());
        }
    }

    private void Copy(long at, long length)
    {
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            if (_layout[slot]?.DType() is not DType dtype)
                continue;
            if (slot == Slot.Compensation && !StartsCompensated)
            {
                NativeMemory.Clear(_copies[slot]!.Start, (nuint)(length * dtype.Bytes()));
                continue;
            }

            TensorStorage source = storageOf(slot);
            for (long piece = 0; piece < length; piece += PieceLength)
                Copy(source, at + piece, dtype, _copies[slot]!.Start + (piece * dtype.Bytes()), (int)Math.Min(PieceLength, length - piece));
        }
    }

    private static void Copy(TensorStorage source, long at, DType dtype, byte* destination, int length)
    {
        switch (dtype)
        {
            case DType.Float32:
                source.ReadPart(at, new Span<float>(destination, length));
                break;
            case DType.BFloat16:
                source.ReadPart(at, new Span<BFloat16>(destination, length));
                break;
            default:
                source.ReadPart(at, new Span<Half>(destination, length));
                break;
        }
    }

    private void Step(long length, int threads)
    {
        SlotAddresses addresses = default;
        for (int slot = 0; slot < Slot.Count; slot++)
            addresses[slot] = _copies[slot] is HostAllocation copy ? (nint)copy.Start : 0;
        HostPass<TRule> pass = HostPass<TRule>.Take();
        try
        {
            pass.Add(HostFunctions<TRule>.Of(_layout, accumulates: false, HostLanes.Widest), addresses, length);
            pass.Run(options, context, threads, around);
        }
        finally
        {
            pass.Return();
        }
    }

    private UpdateSums Sum(long at, long length)
    {
        UpdateSums sums = default;
        float[] values = ArrayPool<float>.Shared.Rent(PieceLength);
        float[] gradients = ArrayPool<float>.Shared.Rent(PieceLength);
        float[] compensation = ArrayPool<float>.Shared.Rent(PieceLength);
        Array.Clear(compensation);
        for (long piece = 0; piece < length; piece += PieceLength)
        {
            int count = (int)Math.Min(PieceLength, length - piece);
            storageOf(Slot.Values).ReadPart(at + piece, values.AsSpan(0, count));
            storageOf(Slot.Gradients).ReadPart(at + piece, gradients.AsSpan(0, count));
            if (StartsCompensated)
                storageOf(Slot.Compensation).ReadPart(at + piece, compensation.AsSpan(0, count));
            for (int i = 0; i < count; i++)
                sums += UpdateSums.Of(values[i], gradients[i], Update(piece + i, values[i], compensation[i]), stored.Value);
        }

        ArrayPool<float>.Shared.Return(values);
        ArrayPool<float>.Shared.Return(gradients);
        ArrayPool<float>.Shared.Return(compensation);
        return sums;
    }

    /// <summary>How far the step moved a number and its compensation.</summary>
    private double Update(long number, float value, float compensation) => updates
        ? ((double)Copied(Slot.Values)[number] - value) + ((double)Copied(Slot.Compensation)[number] - compensation)
        : 0;

    private float* Copied(int slot) => (float*)_copies[slot]!.Start;
}
