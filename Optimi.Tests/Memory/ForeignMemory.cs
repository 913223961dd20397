using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using Half = System.Half;

namespace Optimi.Tests;

/// <summary>
/// Memory of tensors that Optimi did not allocate, all in one piece, each tensor at any offset, with poison before and behind it.
/// </summary>
internal sealed class ForeignMemory : IDisposable
{
    private const byte Poison = 0xFF;

    private readonly ComputeDevice _device;
    private readonly DType _dtype;
    private readonly int[] _lengths;
    private readonly int[] _offsets;
    private readonly byte[] _host;
    private readonly MemoryBuffer1D<byte, Stride1D.Dense>? _buffer;
    private readonly GCHandle _pin;

    /// <param name="device">The device.</param>
    /// <param name="dtype">How the numbers are stored.</param>
    /// <param name="lengths">How many numbers each tensor has.</param>
    /// <param name="isAligned">Whether each begins where all kernels are fast.</param>
    public ForeignMemory(ComputeDevice device, DType dtype, int[] lengths, bool isAligned)
    {
        _device = device;
        _dtype = dtype;
        _lengths = lengths;
        _offsets = new int[lengths.Length];
        int end = 64;
        for (int i = 0; i < lengths.Length; i++)
        {
            _offsets[i] = isAligned ? (end + 63) & ~63 : end + (dtype.Bytes() * (1 + (i % 3)));
            end = _offsets[i] + (lengths[i] * dtype.Bytes()) + (2 * dtype.Bytes());
        }

        _host = GC.AllocateArray<byte>(end + 64, pinned: true);
        _host.AsSpan().Fill(Poison);
        _pin = GCHandle.Alloc(_host, GCHandleType.Pinned);
        if (!device.IsHost)
            _buffer = device.Accelerator.Allocate1D(_host);
    }

    /// <summary>A tensor's memory on a host device.</summary>
    public TensorMemory Memory(int tensor) => new(_pin.AddrOfPinnedObject() + _offsets[tensor], _dtype, _lengths[tensor]);

    /// <summary>A tensor's memory on any device: an ILGPU view, or of the host its address.</summary>
    public TensorView View(int tensor)
    {
        if (_buffer is null)
            return new(_pin.AddrOfPinnedObject() + _offsets[tensor], _dtype, _lengths[tensor]);
        ArrayView<byte> bytes = _buffer.View.AsContiguous().SubView(_offsets[tensor], _lengths[tensor] * _dtype.Bytes());
        return _dtype switch
        {
            DType.Float32 => bytes.Cast<float>(),
            DType.BFloat16 => bytes.Cast<BFloat16>(),
            _ => bytes.Cast<Half>(),
        };
    }

    /// <summary>Writes a tensor's numbers.</summary>
    public void Write(int tensor, float[] numbers)
    {
        Pull();
        Span<byte> bytes = _host.AsSpan(_offsets[tensor], _lengths[tensor] * _dtype.Bytes());
        switch (_dtype)
        {
            case DType.Float32:
                numbers.CopyTo(MemoryMarshal.Cast<byte, float>(bytes));
                break;
            case DType.BFloat16:
                Conversion.Round(numbers, MemoryMarshal.Cast<byte, BFloat16>(bytes));
                break;
            default:
                Conversion.Round(numbers, MemoryMarshal.Cast<byte, Half>(bytes));
                break;
        }

        _buffer?.View.AsContiguous().CopyFromCPU(_device.Stream, _host);
        _device.Synchronize();
    }

    /// <summary>Whether all that is no tensor's is as it was.</summary>
    public bool IsUntouchedBetween
    {
        get
        {
            Pull();
            var isFree = new bool[_host.Length];
            Array.Fill(isFree, true);
            for (int i = 0; i < _lengths.Length; i++)
                isFree.AsSpan(_offsets[i], _lengths[i] * _dtype.Bytes()).Clear();
            return _host.Zip(isFree).All(pair => !pair.Second || pair.First == Poison);
        }
    }

    public void Dispose()
    {
        _pin.Free();
        _buffer?.Dispose();
    }

    private void Pull()
    {
        _device.Synchronize();
        _buffer?.View.AsContiguous().CopyToCPU(_device.Stream, _host);
        _device.Synchronize();
    }
}
