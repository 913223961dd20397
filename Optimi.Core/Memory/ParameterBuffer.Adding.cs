using System.Globalization;

namespace Optimi;

public sealed partial class ParameterBuffer
{
    /// <summary>Adds a parameter. Its values start as zero.</summary>
    /// <param name="name">Its name, unique in the buffer.</param>
    /// <param name="dtype">How its values and gradient are stored.</param>
    /// <param name="shape">The extent of each dimension: one or more, each at least 0. An empty tensor takes part in everything, and
    /// nothing happens to it.</param>
    /// <returns>The parameter.</returns>
    /// <exception cref="ParameterException">The name is empty or taken, there is no dimension or an extent below 0, or the
    /// tensor is larger than the device's memory.</exception>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public Parameter Add(string name, DType dtype, params ReadOnlySpan<int> shape)
    {
        lock (Device.Gate)
            return AddInTurn(name, dtype, shape);
    }

    /// <summary>
    /// Adds a parameter whose values, and gradient if there is one, lie in memory of the host that the caller owns. It is stepped in the
    /// same launch as all others, where it lies. Its states are the optimizer's own. Kernels touch nothing before and behind the numbers.
    /// </summary>
    /// <param name="name">Its name, unique in the buffer.</param>
    /// <param name="dtype">How its values are stored.</param>
    /// <param name="shape">The extent of each dimension.</param>
    /// <param name="values">The values: any alignment of their type, dense, row-major. They stay where they are as long as the buffer, and
    /// are the caller's again when it is disposed. Arrays are pinned until then.</param>
    /// <param name="gradient">The gradient, of any storage type; without one it comes with each step, is rented, or bound.</param>
    /// <returns>The parameter.</returns>
    /// <exception cref="ParameterException">The name is empty or taken, there is no dimension or an extent below 0, or the memory is of
    /// another length or type.</exception>
    /// <exception cref="DeviceException">The device's memory is not the host's.</exception>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public Parameter Adopt(
        string name, DType dtype, ReadOnlySpan<int> shape, TensorMemory values, TensorMemory gradient = default)
    {
        lock (Device.Gate)
        {
            Parameter parameter = NewAdopted(name, dtype, shape, values.Shape, gradient.Shape);
            LentGuard.CheckHost(parameter, Device);
            return KeepLent(parameter, () =>
            {
                parameter.BorrowValues(values);
                if (gradient.Length > 0)
                    parameter.BindGradient(gradient);
            });
        }
    }

    /// <summary>
    /// Adds a parameter whose values, and gradient if there is one, lie in memory of the device that the caller owns. It is stepped in the
    /// same launch as all others, where it lies; on OpenCL, whose kernels take no addresses, in a launch for each buffer that such memory
    /// lies in. Its states are the optimizer's own. Kernels touch nothing before and behind the numbers.
    /// </summary>
    /// <inheritdoc cref="Adopt(string, DType, ReadOnlySpan{int}, TensorMemory, TensorMemory)"/>
    /// <exception cref="ParameterException">The name is empty or taken, there is no dimension or an extent below 0, or the memory is of
    /// another length, type or device.</exception>
    public Parameter Adopt(string name, DType dtype, ReadOnlySpan<int> shape, TensorView values, TensorView gradient = default)
    {
        lock (Device.Gate)
        {
            Parameter parameter = NewAdopted(name, dtype, shape, values.Shape, gradient.Shape);
            values.CheckDevice(Device);
            gradient.CheckDevice(Device);
            return KeepLent(parameter, () =>
            {
                parameter.BorrowValues(values);
                if (gradient.Length > 0)
                    parameter.BindGradient(gradient);
            });
        }
    }

    private Parameter AddInTurn(string name, DType dtype, ReadOnlySpan<int> shape)
    {
        Parameter parameter = NewParameter(name, dtype, _gradientDType ?? dtype, shape);
        long bytes = (parameter.Length + Kernels.Tile.Length - 1) / Kernels.Tile.Length * dtype.TileBytes();
        if (bytes > Device.MaxAllocationBytes || _tileBytes + bytes > Device.MemoryBytes)
        {
            throw new ParameterException(string.Create(
                CultureInfo.InvariantCulture,
                $"Parameter '{name}' takes {bytes:N0} bytes beside {_tileBytes:N0} of others, but device '{Device.Name}' has"
                + $" {Device.MemoryBytes:N0} bytes, {Device.MaxAllocationBytes:N0} at most in one piece; use smaller tensors, BFloat16,"
                + $" or another device."));
        }

        _tileBytes += bytes;
        return Keep(parameter);
    }

    private Parameter NewAdopted(string name, DType dtype, ReadOnlySpan<int> shape, SlotShape values, SlotShape gradient)
    {
        Parameter parameter = NewParameter(name, dtype, gradient.Length > 0 ? gradient.Element.RequireNumbers() : _gradientDType ?? dtype, shape);
        if (values.Length != parameter.Length || (values.Length > 0 && values.Element != (SlotElement)dtype))
        {
            throw new ParameterException(FormattableString.Invariant(
                $"Parameter '{name}' of shape {Parameter.ShapeText(shape)} has {parameter.Length} numbers of {dtype}, but memory of")
                + FormattableString.Invariant($" {values.Length} numbers of {values.Element} was given; give all of them, and no more."));
        }

        if (gradient.Length > 0)
            parameter.CheckGradient(gradient.Element.RequireNumbers(), gradient.Length);
        if (parameter.Length > (long)Kernels.Tile.MostTiles * Kernels.Tile.Length)
        {
            throw new ParameterException(string.Create(
                CultureInfo.InvariantCulture,
                $"Parameter '{name}' has {parameter.Length:N0} numbers, more than a launch can step; cut it in parts."));
        }

        return parameter;
    }

    private Parameter NewParameter(string name, DType dtype, DType gradientDType, ReadOnlySpan<int> shape)
    {
        ThrowIfDisposed();
        if (string.IsNullOrWhiteSpace(name))
            throw new ParameterException("A parameter needs a name that is not empty, such as 'fc1.weight'.");
        if (_byName.ContainsKey(name))
            throw new ParameterException($"There is a parameter '{name}' already; names must be unique in a buffer.");
        long length = TensorShape.LengthOf(name, shape);
        return new Parameter(this, name, dtype.Checked(), gradientDType, shape.ToArray(), length);
    }

    /// <summary>Adds a parameter once its memory is lent; if that fails, what was lent is given back.</summary>
    private Parameter KeepLent(Parameter parameter, Action lend)
    {
        try
        {
            lend();
            return Keep(parameter);
        }
        catch
        {
            parameter.GiveBack();
            throw;
        }
    }

    private Parameter Keep(Parameter parameter)
    {
        _byName.Add(parameter.Name, parameter);
        _parameters.Add(parameter);
        return parameter;
    }
}
