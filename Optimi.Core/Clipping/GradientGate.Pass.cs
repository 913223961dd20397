namespace Optimi;

internal sealed partial class GradientGate
{
    /// <summary>The pass over all parameters that there are now.</summary>
    private GradientPass PassFor(Transaction transaction)
    {
        int groups = 0;
        foreach (Optimizer optimizer in optimizers)
            groups += optimizer.Groups.Count;
        return _pass is not null && groups == _groups ? _pass : NewPass(groups, transaction);
    }

    private GradientPass NewPass(int groups, Transaction transaction)
    {
        Parameter[] parameters =
            [.. optimizers.SelectMany(optimizer => optimizer.Groups).SelectMany(group => group.Parameters)];
        (GradientPass? pass, int groups, float[] sums, float[] released) old = (_pass, _groups, _sums, _released);
        GradientPass made = transaction.Add<GradientPass>(
            device.Shape == KernelShape.Host ? new HostGradientPass(device, parameters) : new DeviceGradientPass(device, parameters));
        (_pass, _groups, _sums, _released) = (made, groups, new float[parameters.Length], new float[parameters.Length]);
        foreach ((int number, Parameter parameter) in parameters.Index())
        {
            if (old.pass is not null && old.pass.TryGetNumber(parameter, out int before))
                (_sums[number], _released[number]) = (old.sums[before], old.released[before]);
        }

        transaction.OnRollback(() => (_pass, _groups, _sums, _released) = old);
        transaction.OnCommit(() => old.pass?.Dispose());
        return made;
    }
}
