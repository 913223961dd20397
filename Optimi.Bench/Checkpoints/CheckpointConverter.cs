namespace Optimi.Bench;

/// <summary>Converts checkpoints: makes what a file is of, on the host, loads it, and saves it for others.</summary>
internal static class CheckpointConverter
{
    /// <summary>Any, since averages are loaded and saved, but there is no step.</summary>
    private const double SomeDecay = 0.999;

    /// <summary>Converts a file.</summary>
    /// <returns>What the new file holds.</returns>
    /// <exception cref="ConversionException">Something about the file is not known, or none of Optimi's optimizers has such states.</exception>
    /// <exception cref="CheckpointException">A file cannot be read or written, is damaged, or does not fit together.</exception>
    public static CheckpointInfo Convert(ConversionRequest request)
    {
        CheckpointInfo info = Checkpoint.Describe(request.From);
        using TensorFile file = TensorFile.Open(request.From);
        var layout = new FileLayout(file, info);
        Check(request, info, layout);
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var buffer = new ParameterBuffer(device, GradientMemory.None);
        Dictionary<string, Parameter> parameters = Add(buffer, request.From, layout);
        List<Optimizer> optimizers = [];
        try
        {
            foreach (IGrouping<int, GroupPlan> groups in GroupPlans.Of(request.From, layout, info).GroupBy(group => group.Optimizer))
                optimizers.Add(Create(KindOf(request, info, groups.Key), [.. groups], parameters));
            using ChainedOptimizer? chain = info.IsChained ? new ChainedOptimizer(optimizers) : null;
            TrainingState training = StateOf(info, [.. buffer], optimizers, chain);
            Load(request, info, layout, training);
            // The new file may take its place.
            file.Dispose();
            Checkpoint.Save(request.To, training, new CheckpointSaveOptions { Convention = request.Convention });
        }
        finally
        {
            optimizers.ForEach(optimizer => optimizer.Dispose());
        }

        foreach (StoredTensor left in layout.Others)
            Console.Error.WriteLine($"Left out: {left}.");
        return Checkpoint.Describe(request.To);
    }

    private static void Check(ConversionRequest request, CheckpointInfo info, FileLayout layout)
    {
        if (info.Convention is StateConvention said && request.FromConvention is StateConvention given && given != said)
            throw new ConversionException($"'{request.From}' says itself that its states are {said}'s, not {given}'s; leave --from out.");
        if (info.IsOptimi || !layout.HasOptimizer)
            return;
        if (request.Optimizer is null)
        {
            throw new ConversionException(
                $"'{request.From}' does not say which optimizer its states are of; say it by --optimizer"
                + $" {string.Join(", ", OptimizerKind.All.Keys)}.");
        }

        if (layout.StateCount > 0 && request.StepCount is null && !layout.StepCounts.Any())
            throw new ConversionException($"'{request.From}' has no step counters; say how many steps were made by --step-count.");
    }

    private static Dictionary<string, Parameter> Add(ParameterBuffer buffer, string path, FileLayout layout)
    {
        var parameters = new Dictionary<string, Parameter>();
        foreach (StoredTensor tensor in layout.Parameters)
        {
            if (tensor.DType is not DType dtype)
                throw new ConversionException($"'{tensor.Name}' of '{path}' is {tensor.Type}, which no parameter can be; save it as F32.");
            if (tensor.Shape.ToArray().Any(extent => extent > int.MaxValue))
                throw new ConversionException($"'{tensor.Name}' of '{path}' is longer than a parameter can be.");
            int[] shape = tensor.Shape.IsEmpty ? [1] : [.. tensor.Shape.ToArray().Select(extent => (int)extent)];
            parameters.Add(layout.NameOf(tensor), buffer.Add(layout.NameOf(tensor), dtype, shape));
        }

        return parameters.Count > 0 ? parameters : throw new ConversionException($"'{path}' has no parameters.");
    }

    private static OptimizerKind KindOf(ConversionRequest request, CheckpointInfo info, int optimizer)
    {
        string name = info.IsOptimi ? info.Optimizers[optimizer] : request.Optimizer!;
        return OptimizerKind.All.GetValueOrDefault(name) ?? throw new ConversionException(
            $"'{request.From}' has the states of an optimizer called {name}, which is not one of Optimi's own; convert it by Checkpoint.Load and Checkpoint.Save in"
            + " a program that has the rule.");
    }

    private static Optimizer Create(OptimizerKind kind, GroupPlan[] groups, Dictionary<string, Parameter> parameters)
    {
        Optimizer optimizer = kind.Create([.. groups.Select(group => new ParameterGroup(group.Parameters.Select(Named), kind.For(group)))]);
        if (groups.Any(group => group.HasAverages))
            optimizer.AverageDecay = SomeDecay;
        return optimizer;

        Parameter Named(string name) => parameters.GetValueOrDefault(name)
            ?? throw new ConversionException($"The states are of a parameter '{name}', whose values are not in the file.");
    }

    /// <summary>All that is saved. Nothing of an optimizer's is part of it if there is none.</summary>
    private static TrainingState StateOf(
        CheckpointInfo info, Parameter[] parameters, List<Optimizer> optimizers, ChainedOptimizer? chain)
    {
        // Whatever interval the count was made for.
        GradientScaler? scaler = info.LossScale is null ? null : new GradientScaler { GrowthInterval = long.MaxValue };
        return chain is null
            ? new TrainingState
            {
                Parameters = parameters,
                Optimizers = optimizers,
                ScheduleStates = info.ScheduleStates,
                Scaler = scaler,
                Metadata = info.Metadata,
            }
            : new TrainingState(chain)
            {
                Parameters = parameters,
                ScheduleStates = info.ScheduleStates,
                Scaler = scaler,
                Metadata = info.Metadata,
            };
    }

    /// <summary>Loads the file. Where there is something that stays out, whatever else has no place is an error all the same.</summary>
    private static void Load(ConversionRequest request, CheckpointInfo info, FileLayout layout, TrainingState training)
    {
        CheckpointInfo loaded = Checkpoint.Load(request.From, training, new CheckpointLoadOptions
        {
            Convention = info.IsOptimi ? null : request.FromConvention ?? StateConvention.PyTorch,
            StepCount = request.StepCount,
            Strict = layout.Others.Count == 0,
            ParameterPrefix = layout.ParameterPrefix,
            OptimizerPrefix = layout.OptimizerPrefix,
        });
        string[] unexpected = [.. loaded.Unexpected.Except(layout.Others.Select(tensor => tensor.Name))];
        if (loaded.Missing.Count + unexpected.Length > 0)
            throw new CheckpointMismatchException(request.From, loaded.Missing, unexpected, []);
    }
}
