namespace Optimi.Tests;

/// <summary>
/// The optimizers in float64, one number at a time, as their papers have them: with bias corrections after the averages, and nothing
/// of the library but its options.
/// </summary>
internal sealed class PlainReference(OptimizerOptions options, double parameter)
{
    private double _m;
    private double _v;
    private double _u;
    private double _lastGradient;
    private double _slow = parameter;
    private int _step;

    public double Parameter { get; private set; } = parameter;

    /// <summary>Whether the result hangs on which side of zero a number is that is too near to it to tell in float32.</summary>
    public bool IsOnTheBrink { get; private set; }

    /// <summary>Steps the numbers of one tensor.</summary>
    public static void Step(IReadOnlyList<PlainReference> tensor, IReadOnlyList<float> gradients)
    {
        double[] excesses = [.. tensor.Zip(gradients, (number, gradient) => number.Excess(gradient))];
        double divisor = Math.Max(1, Math.Sqrt(excesses.Average()));
        foreach ((PlainReference number, float gradient) in tensor.Zip(gradients))
            number.Step(gradient, divisor);
    }

    /// <summary>g² / v of StableAdamW after the gradient is taken in, from whose mean over the tensor its clipping follows; else 0.</summary>
    private double Excess(double gradient)
    {
        if (options is not StableAdamWOptions stable)
            return 0;
        double v = (stable.Beta2 * _v) + ((1 - stable.Beta2) * gradient * gradient);
        return gradient * gradient / Math.Max(v / (1 - Math.Pow(stable.Beta2, _step + 1)), stable.Epsilon * stable.Epsilon);
    }

    private void Step(double gradient, double divisor)
    {
        _step++;
        double lr = options.Lr / divisor;
        double decay = options.DecoupleLr
            ? options.WeightDecay * lr / (options.MaxLr ?? options.Lr)
            : options.WeightDecay * lr;
        double g = gradient + (IsL2 ? options.WeightDecay * Parameter : 0);
        bool isProximal = options is AdanOptions { AdamWd: false };
        if (!IsL2 && !isProximal)
            Parameter *= 1 - decay;
        Parameter -= lr * Direction(g);
        if (isProximal)
            Parameter /= 1 + decay;
        _lastGradient = gradient;
        if (options is RangerOptions ranger && _step % ranger.Interval == 0)
            Parameter = _slow += ranger.Alpha * (Parameter - _slow);
    }

    private bool IsL2 => !options.DecoupleLr && options is SGDOptions { DecoupleWd: false }
        or AdamOptions { DecoupleWd: false } or RAdamOptions { DecoupleWd: false } or RangerOptions { DecoupleWd: false };

    private double Direction(double g) => options switch
    {
        SGDOptions sgd => Sgd(sgd, g),
        LionOptions lion => Lion(lion, g),
        AdamOptions adam => Adam(adam.Beta1, adam.Beta2, adam.Epsilon, g),
        StableAdamWOptions stable => Adam(stable.Beta1, stable.Beta2, stable.Epsilon, g),
        RAdamOptions rAdam => Rectified(rAdam.Beta1, rAdam.Beta2, rAdam.Epsilon, g),
        RangerOptions ranger => Rectified(ranger.Beta1, ranger.Beta2, ranger.Epsilon, g),
        AdanOptions adan => Adan(adan, g),
        _ => throw new NotSupportedException($"There is no reference for {options.GetType().Name}."),
    };

    private double Sgd(SGDOptions sgd, double g)
    {
        double gain = sgd.Dampening ? 1 - sgd.Momentum : 1;
        if (sgd.TorchInit && sgd.Dampening && _step == 1)
            _m = g;
        _m = (sgd.Momentum * _m) + (gain * g);
        return sgd.Momentum == 0 ? g : _m;
    }

    private double Lion(LionOptions lion, double g)
    {
        double c = (lion.Beta1 * _m) + ((1 - lion.Beta1) * g);
        IsOnTheBrink |= Math.Abs(c) < 1e-5 * (Math.Abs(_m) + Math.Abs(g));
        _m = (lion.Beta2 * _m) + ((1 - lion.Beta2) * g);
        return Math.Sign(c);
    }

    private double Adam(double beta1, double beta2, double epsilon, double g)
    {
        _m = (beta1 * _m) + ((1 - beta1) * g);
        _v = (beta2 * _v) + ((1 - beta2) * g * g);
        return Corrected(_m, beta1) / (Math.Sqrt(Corrected(_v, beta2)) + epsilon);
    }

    private double Rectified(double beta1, double beta2, double epsilon, double g)
    {
        double adam = Adam(beta1, beta2, epsilon, g);
        double longest = (2 / (1 - beta2)) - 1;
        double length = longest - (2 * _step * Math.Pow(beta2, _step) / (1 - Math.Pow(beta2, _step)));
        if (length <= 5)
            return Corrected(_m, beta1);
        return adam * Math.Sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
    }

    private double Adan(AdanOptions adan, double g)
    {
        double change = _step == 1 ? 0 : g - _lastGradient;
        double foreseen = g + (adan.Beta2 * change);
        _m = (adan.Beta1 * _m) + ((1 - adan.Beta1) * g);
        _u = (adan.Beta2 * _u) + ((1 - adan.Beta2) * change);
        _v = (adan.Beta3 * _v) + ((1 - adan.Beta3) * foreseen * foreseen);
        return (Corrected(_m, adan.Beta1) + (adan.Beta2 * Corrected(_u, adan.Beta2)))
            / (Math.Sqrt(Corrected(_v, adan.Beta3)) + adan.Epsilon);
    }

    private double Corrected(double average, double beta) => average / (1 - Math.Pow(beta, _step));
}
