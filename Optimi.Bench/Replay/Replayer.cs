namespace Optimi.Bench;

/// <summary>Runs a reference case on a device through the public optimizers.</summary>
internal static class Replayer
{
    /// <summary>
    /// Runs a case and compares. A case that asks for what there is not, or for what Optimi refuses, fails with that as its
    /// reason: the cases after it still run.
    /// </summary>
    /// <param name="golden">The case.</param>
    /// <param name="device">The device.</param>
    /// <param name="releases">Whether each parameter is stepped as soon as its gradient is there, from memory that is rented for it.</param>
    public static ReplayReport Run(GoldenCase golden, ComputeDevice device, bool releases = false)
    {
        try
        {
            using var parameters = new ParameterBuffer(device, releases ? GradientMemory.None : GradientMemory.Kept);
            List<Parameter> tensors = AddAll(golden, parameters);
            using Optimizer optimizer = CaseOptimizers.Create(golden, parameters);
            optimizer.GradientRelease = releases;
            // Else the first steps would do without the kernels that later ones use, and a case may have no later ones.
            optimizer.PrepareAsync().GetAwaiter().GetResult();
            var model = new ReplayedModel();
            if (releases)
                GradientRelease.Prepare(model, optimizer);

            for (int step = 0; step < golden.Steps; step++)
            {
                if (golden.Schedule is not null)
                    optimizer.Lr = golden.Schedule[step];
                optimizer.Accumulate = golden.Accumulate != 0 && (step + 1) % golden.Accumulate != 0;
                for (int i = 0; i < tensors.Count; i++)
                {
                    float[] gradient = golden.Gradients[step][i].ToFloats();
                    if (releases)
                        model.Release(tensors[i], gradient);
                    else
                        tensors[i].Gradient.CopyFrom(gradient);
                }

                optimizer.Step();
            }

            if (optimizer.SkippedSteps != golden.Skipped)
            {
                throw new NotSupportedCaseException(FormattableString.Invariant(
                    $"{optimizer.SkippedSteps} steps were skipped, not {golden.Skipped}"));
            }

            return Comparison.Compare(
                golden,
                device.Name,
                (name, i) => Result(optimizer, tensors[i], name),
                (name, i) => optimizer.StoredParts(tensors[i]).FirstOrDefault(part => part.Name == name));
        }
        catch (Exception error) when (error is NotSupportedCaseException or OptimiException)
        {
            return new ReplayReport(golden.Name, device.Name, 0, 0, 0, null, false, error.Message);
        }
    }

    private static List<Parameter> AddAll(GoldenCase golden, ParameterBuffer parameters)
    {
        var tensors = new List<Parameter>();
        foreach (CaseTensor initial in golden.Initial)
        {
            Parameter tensor = parameters.Add($"{tensors.Count}", golden.StoredAs, initial.Shape);
            tensor.Value.CopyFrom(initial.ToFloats());
            tensors.Add(tensor);
        }

        return tensors;
    }

    private static TensorStorage? Result(Optimizer optimizer, Parameter parameter, string name)
    {
        if (name == "param")
            return parameter.Value;
        return optimizer.TryGetState(parameter, name, out TensorStorage? state) ? state : null;
    }
}
