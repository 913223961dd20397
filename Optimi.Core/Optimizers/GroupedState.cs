using System.Buffers;
using System.Runtime.InteropServices;
using Optimi.Kernels;

namespace Optimi;

/// <summary>One state of one parameter that is stored in groups: it is decoded when it is read, and encoded when it is set.</summary>
/// <param name="optimizer">The optimizer.</param>
/// <param name="tensor">The parameter.</param>
/// <param name="name">The state's name.</param>
/// <param name="state">Its number.</param>
internal sealed class GroupedState(Optimizer optimizer, LaunchTensor tensor, string name, int state)
    : TensorStorage(DType.Float32, tensor.Parameter.Length)
{
    private readonly StoredGroups _groups = new(tensor);

    /// <summary>How it is stored.</summary>
    public StateFormat Format => tensor.States!.Layout.States[state]!.Value.Grouped();

    /// <summary>The groups of the parameter's states.</summary>
    public StoredGroups Groups => _groups;

    private protected override ComputeDevice Device => tensor.Parameter.Buffer.Device;

    private protected override string Description => $"State '{name}' of parameter '{tensor.Parameter.Name}'";

    private protected override void ThrowIfDisposed() => optimizer.ThrowIfDisposed();

    private protected override (DeviceMemory Memory, long Offset) Locate()
    {
        ThrowIfDisposed();
        throw new ParameterException(
            $"{Description} is compressed, so there is no memory of its numbers to view; read it by CopyTo, and set it by CopyFrom.");
    }

    private protected override void Read(long offset, Span<byte> destination)
    {
        Span<float> numbers = MemoryMarshal.Cast<byte, float>(destination);
        long first = offset / sizeof(float);
        for (int done = 0; done < numbers.Length;)
        {
            int skipped = (int)((first + done) % StoredGroups.PieceLength);
            int count = Math.Min(StoredGroups.PieceLength - skipped, numbers.Length - done);
            ReadPiece(first + done - skipped, skipped, numbers.Slice(done, count));
            done += count;
        }
    }

    private protected override void Write(long offset, ReadOnlySpan<byte> source)
    {
        ReadOnlySpan<float> numbers = MemoryMarshal.Cast<byte, float>(source);
        long first = offset / sizeof(float);
        for (int done = 0; done < numbers.Length; done += StoredGroups.PieceLength)
            WritePiece(first + done, numbers.Slice(done, Math.Min(StoredGroups.PieceLength, numbers.Length - done)));
    }

    private void ReadPiece(long first, int skipped, Span<float> numbers)
    {
        float[] states = ArrayPool<float>.Shared.Rent(StoredGroups.PieceLength);
        float[] others = ArrayPool<float>.Shared.Rent(StoredGroups.PieceLength);
        int length = StoredGroups.LengthOf(skipped + numbers.Length);
        _groups.Decode(state, first, states.AsSpan(0, length), others.AsSpan(0, length));
        states.AsSpan(skipped, numbers.Length).CopyTo(numbers);
        ArrayPool<float>.Shared.Return(states);
        ArrayPool<float>.Shared.Return(others);
    }

    private void WritePiece(long first, ReadOnlySpan<float> numbers)
    {
        float[] states = ArrayPool<float>.Shared.Rent(StoredGroups.PieceLength);
        float[] others = ArrayPool<float>.Shared.Rent(StoredGroups.PieceLength);
        int length = StoredGroups.LengthOf(numbers.Length);
        // The other moment of a pair stays.
        _groups.Decode(state, first, states.AsSpan(0, length), others.AsSpan(0, length));
        states.AsSpan(0, length).Clear();
        numbers.CopyTo(states);
        _groups.Encode(state, first, states.AsSpan(0, length), others.AsSpan(0, length));
        ArrayPool<float>.Shared.Return(states);
        ArrayPool<float>.Shared.Return(others);
    }
}
